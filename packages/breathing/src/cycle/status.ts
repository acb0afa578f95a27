import { inspectClone } from '../git/clone-state.js'
import type { BreathStats } from '../stats.js'
import { inspectHeld } from './capture.js'
import { lagOf } from './lag.js'
import { type LastRun, readRun } from './last-run.js'
import { sizeOf } from './maintain.js'
import type { Session } from './session.js'

export interface BreathStatus {
  readonly node: string
  readonly role: string | null
  readonly remote: string
  readonly head: string | null
  readonly stats: BreathStats
  /** The last cycle of the process that runs here; null when none has. */
  readonly lastRun: LastRun | null
  readonly held: readonly { readonly path: string; readonly code: string; readonly message: string }[]
  readonly refs: readonly RefStatus[]
  readonly lagMs: Readonly<Record<string, number>>
  /** What the clone around the files is in the middle of. */
  readonly clone: readonly string[]
  readonly repositoryBytes: number
  readonly hasPeers: boolean
}

export interface RefStatus {
  readonly ref: string
  readonly host: string
  readonly commit: string
  readonly isVerified: boolean
  /** Why it is ignored, or partly waits. */
  readonly code: string | null
  readonly message: string | null
}

export async function describe(session: Session, stats: BreathStats, signal?: AbortSignal): Promise<BreathStatus> {
  const { options, modules, parts } = session
  await parts.sources.read(session.refs, signal)
  const held = [...(await inspectHeld(session))].map(([path, { code, message }]) => ({ path, code, message }))
  return {
    node: options.node,
    role: modules.role?.() ?? null,
    remote: options.remote,
    head: session.own?.commit ?? null,
    stats,
    lastRun: await readRun(parts.folder),
    held,
    refs: refsOf(session),
    lagMs: lagOf(session),
    clone: await inspectClone(options.repo),
    repositoryBytes: (await sizeOf(session, signal)).bytes,
    hasPeers: modules.peers !== undefined,
  }
}

function refsOf(session: Session): RefStatus[] {
  return session.parts.sources.all().map(({ ref, host, commit, outcome }) => {
    const error = 'error' in outcome ? outcome.error : session.reports.get(ref)
    const isVerified = 'state' in outcome
    return { ref, host, commit, isVerified, code: error?.code ?? null, message: error?.message ?? null }
  })
}
