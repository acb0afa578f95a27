import type { HostBug } from '../node/bugs.js'
import type { SourcePatch } from './source-patch.js'

export interface PlantedBug {
  readonly name: string
  readonly what: string
  /** Any of these may be the first to notice. */
  readonly invariants: readonly number[]
  /** A fault of the node's edge, which the simulator stands in for … */
  readonly host?: HostBug
  /** … or a change of the engine, made while it is loaded. */
  readonly patch?: SourcePatch
}

const consensus = (file: string, find: string, replace: string): SourcePatch => {
  return { file: `packages/consensus/dist/${file}`, find, replace }
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'commit-after-broadcast',
    what: 'a window is announced before it is durable',
    invariants: [11],
    host: 'commit-after-broadcast',
  },
  { name: 'journal-skipped', what: 'signatures are not journaled', invariants: [10, 11], host: 'journal-skipped' },
  { name: 'lost-fsync', what: 'writes return before they are durable', invariants: [2, 10, 11], host: 'lost-fsync' },
  {
    name: 'stale-context-after-restart',
    what: 'histories of the window before are restored',
    invariants: [0, 1, 9, 12],
    host: 'stale-context-after-restart',
  },
  { name: 'no-catch-up', what: 'a node that is behind asks nobody', invariants: [0], host: 'no-catch-up' },
  {
    name: 'no-resending',
    what: 'nothing is sent again while the head stands still',
    invariants: [0],
    patch: consensus('engine/resend.js', 'run.nowMs < run.state.resentAtMs + RESEND_INTERVAL_MS', 'run.nowMs >= 0'),
  },
  {
    name: 'quorum-off-by-one',
    what: 'one unit of weight less than a quorum suffices',
    invariants: [6, 18],
    patch: {
      file: 'packages/ledger/dist/activity.js',
      find: 'denominator - 1n) / denominator',
      replace: 'denominator - 1n) / denominator - 1n',
    },
  },
  {
    name: 'credit-from-list-2',
    what: 'the evidence of a window is credited instead of list 1',
    invariants: [7],
    patch: consensus('settle.js', 'confirmers: input.confirmers.map', 'confirmers: input.evidence.map'),
  },
]
