import { LABELS } from '../mesh/constants.js'
import type { Dice } from './dice.js'
import type { Fault, Kind } from './types.js'

/** What a host may be unable to do. */
export const ABILITIES = ['namespaces', 'faketime', 'mounts', 'strace', 'second-build'] as const
export type Ability = (typeof ABILITIES)[number]

export interface KindRow {
  readonly needs: readonly Ability[]
  /** Faults of one sort are not overlapped: a frozen node cannot be killed as well. */
  readonly sort: 'node' | 'link' | 'whole'
  /** Shortest and longest, s. */
  readonly seconds: readonly [number, number]
  /** What it takes by itself, for the plan, s. */
  readonly ownSeconds?: number
  draw(dice: Dice): Pick<Fault, 'targets' | 'amount'>
}

const HOUR_S = 3_600
const MONTH_S = 30 * 24 * HOUR_S

const one = (dice: Dice) => [dice.pick(LABELS)]
const plain = (dice: Dice) => ({ targets: one(dice), amount: null })
const some = (count: number) => (dice: Dice) => ({ targets: dice.shuffle(LABELS).slice(0, count), amount: null })

/** Long enough that four windows would have passed, where the mesh cannot; short enough that all kinds fit into minutes. */
export const KIND_TABLE: Readonly<Record<Kind, KindRow>> = {
  kill: { needs: [], sort: 'node', seconds: [2, 5], draw: (dice) => some(dice.integer(1, 2))(dice) },
  freeze: { needs: [], sort: 'node', seconds: [6, 9], draw: (dice) => some(dice.integer(1, 2))(dice) },
  restart: { needs: [], sort: 'node', seconds: [1, 3], draw: plain },
  cpu: {
    needs: [],
    sort: 'node',
    seconds: [8, 12],
    draw: (dice) => ({ targets: one(dice), amount: dice.pick([10, 20, 30]) }),
  },
  clock: {
    needs: ['faketime'],
    sort: 'node',
    seconds: [5, 8],
    draw: (dice) => ({ targets: one(dice), amount: dice.pick([-MONTH_S, -HOUR_S, HOUR_S, MONTH_S]) }),
  },
  enospc: { needs: ['mounts'], sort: 'node', seconds: [6, 9], draw: plain },
  eio: { needs: ['strace'], sort: 'node', seconds: [5, 8], draw: plain },
  halves: { needs: [], sort: 'link', seconds: [8, 10], draw: some(2) },
  isolated: { needs: [], sort: 'link', seconds: [8, 10], draw: some(1) },
  'one-way': { needs: ['namespaces'], sort: 'link', seconds: [8, 10], draw: some(1) },
  ring: { needs: [], sort: 'link', seconds: [8, 10], draw: some(LABELS.length) },
  loss: {
    needs: ['namespaces'],
    sort: 'link',
    seconds: [8, 12],
    draw: (dice) => ({ targets: LABELS, amount: dice.integer(5, 30) }),
  },
  bandwidth: {
    needs: [],
    sort: 'link',
    seconds: [8, 12],
    draw: (dice) => ({ targets: one(dice), amount: dice.integer(16, 64) }),
  },
  delay: {
    needs: [],
    sort: 'link',
    seconds: [8, 12],
    draw: (dice) => ({ targets: one(dice), amount: dice.integer(50, 400) }),
  },
  upgrade: {
    needs: ['second-build'],
    sort: 'whole',
    seconds: [0, 0],
    ownSeconds: 25,
    draw: (dice) => ({ targets: dice.shuffle(LABELS), amount: null }),
  },
}
