import fc from 'fast-check'
import { encodeState } from '../../src/merge/encode.js'
import type { Json } from '../../src/merge/json.js'
import { mergeStates } from '../../src/merge/merge.js'
import { project } from '../../src/merge/registers.js'
import { HybridClock, type Stamp } from '../../src/merge/stamp.js'
import { type BreathState, EMPTY_STATE } from '../../src/merge/state.js'
import { applyChanges, changesOf } from '../../src/merge/write.js'

export const DEPTH = 2
const PATHS = ['data/users.json', 'node_crypto/nodes.json'] as const
const NAMES = ['a', 'b', 'c'] as const

export interface Written {
  readonly path: string
  readonly pointer: string
  readonly stamp: Stamp
  readonly value: Json | undefined
}

/** Hosts that write and meet; what each holds in the end, and everything that was ever written. */
export interface Story {
  readonly states: readonly BreathState[]
  readonly writes: readonly Written[]
}

const keys = fc.constantFrom('1', '2', 'a/b', '~', '__proto__', '')
const leaf = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom<Json>(null, true, 'x', '', [1, 2], { deep: { er: 1 } }, {}),
)
const record = fc.oneof(leaf, fc.dictionary(keys, leaf, { maxKeys: 3 }))
const file = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(keys, record, { maxKeys: 4 }) },
  { weight: 1, arbitrary: leaf },
)

const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), host: fc.nat(2), path: fc.constantFrom(...PATHS), value: file }),
  fc.record({ kind: fc.constant('meet' as const), host: fc.nat(2), other: fc.nat(2) }),
  fc.record({ kind: fc.constant('time' as const), host: fc.nat(2), byMs: fc.integer({ min: -500, max: 5_000 }) }),
)

export const stories: fc.Arbitrary<Story> = fc.array(step, { minLength: 1, maxLength: 25 }).map(tell)

function tell(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): Story {
  const now = NAMES.map(() => 1_000_000)
  const clocks = NAMES.map((name, host) => new HybridClock(name, { wallMs: () => now[host] ?? 0 }))
  const states = NAMES.map(() => EMPTY_STATE)
  const writes: Written[] = []
  for (const one of steps) {
    if (one.kind === 'time') now[one.host] = (now[one.host] ?? 0) + one.byMs
    else if (one.kind === 'meet') meet(states, clocks, one.host, one.other)
    else write(states, clocks, writes, one)
  }
  return { states, writes }
}

function meet(states: BreathState[], clocks: HybridClock[], host: number, other: number): void {
  const merged = mergeStates(states[host] ?? EMPTY_STATE, states[other] ?? EMPTY_STATE).state
  states[host] = merged
  for (const stamp of merged.vector.values()) clocks[host]?.observe(stamp)
}

function write(
  states: BreathState[],
  clocks: HybridClock[],
  writes: Written[],
  { host, path, value }: { host: number; path: string; value: unknown },
): void {
  const state = states[host] ?? EMPTY_STATE
  const registers = state.files.get(path) ?? new Map()
  const changes = changesOf(project(registers), value as Json, registers, DEPTH)
  const stamp = clocks[host]?.tick() ?? ''
  for (const [pointer, field] of changes) writes.push({ path, pointer, stamp, value: field })
  states[host] = applyChanges(state, path, changes, stamp)
}

/** The bytes that a state would be committed as: equal text is equal state. */
export function textOf(state: BreathState): string {
  return JSON.stringify([...encodeState(state, DEPTH)].sort(([a], [b]) => (a < b ? -1 : 1)))
}
