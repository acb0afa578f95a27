import { type Fault, type History, LABELS, type Label, type TimedRead } from '@montana/chaos'

const WINDOW_MS = 4_000
const END_MS = 78_000
const READ_EVERY_MS = 500

/** When each window was cemented, from window 1 on: none while the mesh was split. */
const CEMENTED_MS = [
  ...Array.from({ length: 10 }, (_, index) => 4_000 * (index + 1)),
  ...Array.from({ length: 7 }, (_, index) => 52_000 + 4_000 * index),
]
export const HEAD = CEMENTED_MS.length

/** ada is killed for three seconds and ready one second later. */
export const KILL = { label: 'ada', atMs: 20_000, spawnMs: 22_990, endMs: 23_000, readyMs: 24_000 } as const
/** ada and bob against the others. */
export const SPLIT = { atMs: 41_000, endMs: 51_000 } as const
export const BOTH_HEALED = { firstMs: 40_000, secondMs: 70_000 } as const

export const hashOf = (window: number, variant = 'a') => `${variant}${window}`.padEnd(64, '0')
export const rootOf = (window: number) => `b${window}`.padEnd(64, '0')

/** What a sound mesh leaves: 17 windows, a kill, a partition into halves, reads twice a second. */
export function soundHistory(): History {
  return {
    windowMs: WINDOW_MS,
    startMs: 0,
    endMs: END_MS,
    reads: LABELS.flatMap(readsOf),
    failedReads: 8,
    events: [
      ...LABELS.map((label) => ({ atMs: 0, label, type: 'spawn' as const, code: null })),
      { atMs: KILL.atMs, label: KILL.label, type: 'killed', code: null },
      { atMs: KILL.spawnMs, label: KILL.label, type: 'spawn', code: null },
    ],
    reach: [
      { atMs: KILL.atMs, away: [KILL.label], cuts: [] },
      { atMs: KILL.spawnMs, away: [], cuts: [] },
      { atMs: SPLIT.atMs, away: [], cuts: cutsBetween(['ada', 'bob'], ['cyd', 'dan', 'eve']) },
      { atMs: SPLIT.endMs, away: [], cuts: [] },
    ],
    faults: [
      { fault: fault('kill', ['ada']), step: 0, startMs: KILL.atMs, endMs: KILL.endMs, failure: undefined },
      { fault: fault('halves', ['ada', 'bob']), step: 1, startMs: SPLIT.atMs, endMs: SPLIT.endMs, failure: undefined },
    ],
    healings: [
      { step: 0, atMs: KILL.endMs, untilMs: BOTH_HEALED.firstMs },
      { step: 1, atMs: SPLIT.endMs, untilMs: BOTH_HEALED.secondMs },
    ],
    stored: LABELS.flatMap((label) =>
      CEMENTED_MS.map((_, index) => {
        const window = index + 1
        return { label, window, hash: hashOf(window), root: rootOf(window), weight: 4, active: 5 }
      }),
    ),
    storeFaults: [],
  }
}

export function fault(kind: Fault['kind'], targets: readonly Label[]): Fault {
  return { kind, targets, delayMs: 0, durationMs: 3_000, amount: null }
}

/** As one node answers at `atMs`. */
export function readAt(label: Label, atMs: number, window = windowAt(atMs)): TimedRead {
  const isRestarted = label === KILL.label && atMs >= KILL.spawnMs
  return {
    ...{ label, startMs: atMs, endMs: atMs + 5, instance: isRestarted ? 'second' : 'first' },
    ...{ window, hash: hashOf(window), root: rootOf(window), isReady: true, recent: [], degraded: [], wallOffsetMs: 0 },
  }
}

function windowAt(atMs: number): number {
  return CEMENTED_MS.filter((cementedMs) => cementedMs <= atMs).length
}

function readsOf(label: Label, index: number): TimedRead[] {
  const times = Array.from({ length: END_MS / READ_EVERY_MS }, (_, count) => READ_EVERY_MS * count + index)
  const isAway = (atMs: number) => label === KILL.label && atMs >= KILL.atMs && atMs < KILL.readyMs
  return times.filter((atMs) => !isAway(atMs)).map((atMs) => readAt(label, atMs))
}

export function cutsBetween(one: readonly Label[], other: readonly Label[]): (readonly [Label, Label])[] {
  return one.flatMap((a) => other.flatMap((b) => [[a, b] as const, [b, a] as const]))
}
