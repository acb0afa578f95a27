import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PushInput, RefUpdate } from '../../src/contracts/push.js'
import { planPush } from '../../src/decide/push-plan.js'
import { batches } from '../../src/decide/refs.js'

/** A history: commit i has parents with smaller numbers. Ids are told apart by their first characters. */
type History = readonly (readonly number[])[]

interface World {
  readonly history: History
  readonly local: Map<string, string>
  readonly remote: Map<string, string>
  readonly pushed: Map<string, string>
  readonly onDiverge: PushInput['onDiverge']
  /** Refs that somebody moves between the plan and the push. */
  readonly race: Map<string, string>
  /** Batches that arrive. */
  readonly arrives: readonly boolean[]
}

const REFS = ['refs/heads/main', 'refs/heads/dev', 'refs/heads/feature/x', 'refs/tags/v1']

function idOf(commit: number): string {
  return commit.toString(16).padStart(2, '0').padEnd(40, 'e')
}

function reachable(history: History, tips: Iterable<string>): Set<string> {
  const seen = new Set<string>()
  const open = [...tips].map((id) => Number.parseInt(id.slice(0, 2), 16))
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    if (seen.has(idOf(commit))) continue
    seen.add(idOf(commit))
    open.push(...(history[commit] ?? []))
  }
  return seen
}

function world(): fc.Arbitrary<World> {
  return fc.integer({ min: 2, max: 12 }).chain((size) => {
    const commit = fc.nat(size - 1).map(idOf)
    const tips = fc.array(fc.tuple(fc.constantFrom(...REFS), commit), { maxLength: 5 }).map((list) => new Map(list))
    const parents = Array.from({ length: size }, (_, i) =>
      fc.array(fc.nat(Math.max(0, i - 1)), { maxLength: i ? 2 : 0 }),
    )
    return fc.record({
      history: fc.tuple(...parents),
      local: tips,
      remote: tips,
      pushed: tips,
      onDiverge: fc.constantFrom('refuse', 'rescue'),
      race: fc.oneof(fc.constant(new Map<string, string>()), tips),
      arrives: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
    })
  })
}

function inputOf({ history, local, remote, pushed, onDiverge }: World): PushInput {
  const isForward = (ref: string, tip: string) => reachable(history, [tip]).has(remote.get(ref) ?? '')
  const fastForward = new Set([...local].filter(([ref, tip]) => isForward(ref, tip)).map(([ref]) => ref))
  const rest = { contained: new Set<string>(), stamp: 's', fastForward }
  return { local, remote, pushed, onDiverge, ...rest }
}

/** One atomic push: every lease holds, or nothing happens. */
function apply(target: Map<string, string>, batch: readonly RefUpdate[]): void {
  const moves = batch.flatMap(({ ref, tip, lease, rescueRef }) => [
    ...(rescueRef === null ? [] : [{ ref: rescueRef, tip: lease, lease: '' }]),
    { ref, tip, lease },
  ])
  if (moves.some(({ ref, lease }) => (target.get(ref) ?? '') !== lease)) return
  for (const { ref, tip } of moves) target.set(ref, tip)
}

function lostTips(setting: World, plan: typeof planPush): string[] {
  const target = new Map(setting.remote)
  const { updates } = plan(inputOf(setting))
  for (const [ref, tip] of setting.race) target.set(ref, tip)
  const held = [...target.values()]
  batches(updates, 300).forEach((batch, i) => {
    if (setting.arrives[i] !== false) apply(target, batch)
  })
  const kept = reachable(setting.history, target.values())
  return held.filter((tip) => !kept.has(tip))
}

describe('promise 2: nothing that a target held becomes unreachable', () => {
  it('holds for every plan, with batches that do not arrive and refs that move meanwhile', () => {
    fc.assert(
      fc.property(world(), (setting) => {
        expect(lostTips(setting, planPush)).toEqual([])
      }),
      { numRuns: 5_000 },
    )
  })

  it('is what the same property denies a planner that forgets the rescue ref', () => {
    const careless: typeof planPush = (input) => {
      const { updates, ...rest } = planPush(input)
      return { ...rest, updates: updates.map((update) => ({ ...update, rescueRef: null })) }
    }
    const found = fc.check(
      fc.property(world(), (setting) => lostTips(setting, careless).length === 0),
      { numRuns: 5_000 },
    )
    expect(found.failed).toBe(true)
  })
})
