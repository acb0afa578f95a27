import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActionName, detailOf, type TargetFacts, type ViewParts, viewOf } from '../../src/view/index.js'
import { record } from '../decide/support/records.js'
import { modelSchema, targetSchema } from '../http/answer-schemas.js'
import { archive, config, facts, inStep, layer, MINUTE_MS, NOW_MS, observation, parts, target } from './facts.js'

const viewed = (changes: Partial<ViewParts> = {}) => viewOf(parts(changes), NOW_MS)
const of = (changes: Partial<TargetFacts>) => viewed({ targets: [facts(changes)] }).mirrors[0]
const fenced = (changes: Parameters<typeof record>[0], ageMinutes = 1, problem: string | null = null) => ({
  fence: { entry: { commit: 'c', record: record(changes) }, firstSeenMs: NOW_MS - ageMinutes * MINUTE_MS, problem },
})
const UNFENCED = { fence: { entry: null, firstSeenMs: null, problem: null } }

describe('self', () => {
  it.each<[string, Partial<ViewParts>, { acts: boolean; label: string; why?: string }]>([
    ['a primary within its permit', {}, { acts: true, label: 'Primary', why: 'holds epoch 1' }],
    ['beyond its permit', fenced({}, 31), { acts: false, label: 'Primary' }],
    ['beside another holder', fenced({ holder: 'github:2', epoch: 2 }), { acts: false, label: 'Primary' }],
    ['in a record that is released', fenced({ state: 'released' }), { acts: false, label: 'Primary' }],
    ['without a role', { config: config({ role: null }) }, { acts: false, label: 'No role' }],
    ['a replica', { config: config({ role: 'SLAVE' }) }, { acts: false, label: 'Replica' }],
    ['of a mirror that is off', { config: config({ enabled: false }) }, { acts: true, label: 'Primary' }],
    ['without a record', UNFENCED, { acts: false, label: 'Primary' }],
  ])('%s', (_, changes, expected) => {
    expect(viewed(changes).self).toMatchObject({ repo: 'first/continuity', ...expected })
    expect(viewed(changes).self.why).not.toBe('')
  })
})

describe('fence', () => {
  it.each<[string, Partial<ViewParts>, object]>([
    ['fresh', {}, { where: 'backup', epoch: 1, recordAgeMs: MINUTE_MS, permitLeftMs: 29 * MINUTE_MS }],
    ['run out', fenced({}, 45), { permitLeftMs: 0, recordAgeMs: 45 * MINUTE_MS }],
    ['without permits', fenced({ autoPromote: false }), { permitLeftMs: null, autoPromote: false }],
    ['draining', fenced({ state: 'draining' }), { state: 'draining' }],
    ['held', fenced({ holdUntil: '2026-03-01T13:00:00.000Z' }), { holdUntilMs: NOW_MS + 60 * MINUTE_MS }],
    ['paused', fenced({ paused: true }), { paused: true }],
    ['not reachable', fenced({}, 1, 'no route'), { epoch: 1, problem: 'no route' }],
    ['never seen', UNFENCED, { epoch: null, state: null, holder: null, recordAgeMs: null, permitLeftMs: null }],
    ['nowhere', { ...UNFENCED, config: config({ fenceSlot: null }) }, { where: null }],
    ['seen by a clock that went back', fenced({}, -5), { recordAgeMs: 0 }],
  ])('%s', (_, changes, expected) => {
    expect(viewed(changes).fence).toMatchObject(expected)
  })
})

describe('two writers', () => {
  const second = (role: 'MASTER' | 'SLAVE' | 'TEMPORARY_MASTER' | null) => [facts({ observation: observation(role) })]
  it.each(['MASTER', 'TEMPORARY_MASTER'] as const)('are shown when the holder sees another %s', (role) => {
    expect(viewed({ targets: second(role) }).twoWriters).toEqual([
      { repo: 'first/continuity', role: 'MASTER' },
      { repo: 'backup-account/orchestrator', role },
    ])
  })
  it.each<[string, Partial<ViewParts>]>([
    ['a replica', { targets: second('SLAVE') }],
    ['a target without a role', { targets: second(null) }],
    ['a successor that holds the epoch', { targets: second('TEMPORARY_MASTER'), ...fenced({ holder: 'github:2' }) }],
    ['nothing seen', {}],
  ])('are not for %s', (_, changes) => {
    expect(viewed(changes).twoWriters).toBeNull()
  })
})

describe('a target', () => {
  it.each<[string, Partial<TargetFacts>, string]>([
    ['never tried', {}, 'unknown'],
    ['in step', { records: inStep() }, 'ok'],
    ['of which three layers were never tried', { records: [layer()] }, 'unknown'],
    ['of code only', { target: archive, records: [layer()] }, 'ok'],
    ['with a layer that failed', { records: [...inStep(), layer({ status: 'failed' })] }, 'failed'],
    ['blocked', { records: [layer({ status: 'blocked' })] }, 'failed'],
    ['diverged', { records: [layer({ status: 'diverged' })] }, 'degraded'],
    ['out of step', { records: [layer({ status: 'stale' })] }, 'degraded'],
    ['whose look is worse', { records: inStep(), observation: observation('SLAVE', 'degraded') }, 'degraded'],
    ['whose look is better', { records: [layer({ status: 'failed' })], observation: observation('SLAVE') }, 'failed'],
    ['only looked at', { observation: observation('SLAVE') }, 'ok'],
  ])('%s has its health', (_, changes, health) => {
    expect(of(changes)?.health).toBe(health)
  })

  it.each<[string, Partial<TargetFacts>, object]>([
    ['never tried', {}, { role: null, label: 'No role' }],
    ['that succeeded once, which needs a role that was read back', { records: [layer()] }, { role: 'SLAVE' }],
    ['as it was read last', { observation: observation('TEMPORARY_MASTER') }, { label: 'Temporary primary' }],
    ['an archive', { target: archive, records: [layer()] }, { role: null, label: 'Archive' }],
  ])('%s has its role', (_, changes, expected) => {
    expect(of(changes)).toMatchObject(expected)
  })

  it.each<[string, string | null]>([
    ['ssh://git@h.example/r.git', 'ssh://h.example/r.git'],
    ['https://u:secret@h.example/r.git', 'https://h.example/r.git'],
    ['/srv/mirror/r.git', null],
  ])('at %s is shown as %s', (url, shown) => {
    expect(of({ target: { ...archive, url } })?.target).toBe(shown)
  })

  it('shows last success and last attempt apart, and the lag since it was last in step', () => {
    const late = layer({ status: 'failed', lagCommits: 2, lastSuccessAtMs: NOW_MS - 9 * MINUTE_MS })
    const [waiting, later] = [5, 3].map((minutes) => ({
      ...{ mirror: 'backup', layer: 'code' as const, wantedSeq: 2, doneSeq: 1, state: 'pending' as const },
      ...{ attempts: 1, lastErrorCode: null, reason: 'x', nextAttemptAtMs: NOW_MS + minutes * MINUTE_MS },
    }))
    const shown = of({ records: [late], jobs: [waiting, later].filter((job) => job !== undefined) })
    expect(shown?.layers.code).toMatchObject({
      ...{ lastSuccessMs: NOW_MS - 9 * MINUTE_MS, lastAttemptMs: NOW_MS - MINUTE_MS },
      ...{ lagMs: 9 * MINUTE_MS, lagCommits: 2 },
    })
    expect(shown?.nextRunMs).toBe(NOW_MS + 3 * MINUTE_MS)
    expect(of({ records: [layer()] })?.layers.code.lagMs).toBe(0)
    expect(of({ target: archive })?.layers).toMatchObject({ code: { status: 'never' }, secrets: { status: 'off' } })
  })
})

describe('what can be done', () => {
  const temporary = { holder: 'github:2', role: 'TEMPORARY_MASTER', epoch: 2 } as const
  const rescued = { mirror: 'backup', ref: 'refs/heads/main', pushed: null, seen: null }
  it.each<[ActionName, string, Partial<ViewParts>, string | null]>([
    ['sync', 'now', {}, null],
    ['sync', 'off', { config: config({ enabled: false }) }, 'mirroring is off'],
    ['sync', 'on a replica', { config: config({ role: 'SLAVE' }) }, 'this repository is a replica'],
    ['sync', 'without a role', { config: config({ role: null }) }, 'without a role'],
    ['sync', 'paused here', { isPaused: true }, 'paused'],
    ['sync', 'paused at the fence', fenced({ paused: true }), 'paused'],
    ['sync', 'fenced', fenced(temporary), 'github:2 holds epoch 2'],
    ['sync', 'of a target that is off', { targets: [facts({ target: { ...target, enabled: false } })] }, 'is off'],
    ['resume', 'without a pause', {}, 'nothing is paused'],
    ['resume', 'in a pause', { isPaused: true }, null],
    ['dropRescue', 'without one', {}, 'none is kept'],
    ['dropRescue', 'with one', { targets: [facts({ refs: [{ ...rescued, rescueRefs: ['r'] }] })] }, null],
    ['promote', 'of a replica', {}, null],
    ['promote', 'of an archive', { targets: [facts({ target: archive })] }, 'archive'],
    [
      'promote',
      'of one that may not',
      { targets: [facts({ target: { ...target, promotable: false } })] },
      'PROMOTABLE',
    ],
    ['promote', 'again', { targets: [facts({ observation: observation('TEMPORARY_MASTER') })] }, 'already'],
    ['demote', 'of a replica', {}, 'no temporary primary'],
    ['demote', 'of a temporary primary', fenced(temporary), null],
    ['demote', 'of an archive', { ...fenced(temporary), targets: [facts({ target: archive })] }, 'archive'],
    ['promote', 'where nobody can', { offered: new Set() }, 'not offered here'],
    ['test', 'always', { config: config({ enabled: false }) }, null],
  ])('%s %s', (name, _, changes, why) => {
    const action = viewed(changes).mirrors[0]?.actions[name]
    expect(action?.enabled).toBe(why === null)
    expect(action?.why).toEqual(why === null ? null : expect.stringContaining(why))
  })
})

describe('the sentinel', () => {
  it('is shown by its own memory', () => {
    const at = (minutes: number) => NOW_MS - minutes * MINUTE_MS
    const seen = (minutes: number) => ({ value: 'v', claimedMs: null, firstSeenMs: at(minutes) })
    const memory = {
      ...{ schema: 1 as const, observedMs: NOW_MS, record: seen(200), ownHeartbeat: seen(10), primaryHeartbeat: null },
      count: { count: 2, unhealthySinceMs: at(60), lastCountedMs: at(30) },
      notBeforeMs: null,
      trace: [{ atMs: at(0), verdict: 'unhealthy' as const, explanation: 'silent' }],
    }
    const returned = { nonce: null, count: 0, sinceMs: null, lastMs: null }
    const sentinel = { schema: 1 as const, memory, returned, promotion: null, recordSeen: null }
    expect(viewed({ sentinel }).sentinel).toMatchObject({
      ...{ verdict: 'unhealthy', count: 2, threshold: 3, sinceMs: at(60), observedMs: NOW_MS },
      signals: [
        { name: 'lease', ageMs: 200 * MINUTE_MS, state: 'stale' },
        { name: 'own heartbeat', ageMs: 10 * MINUTE_MS, state: 'young' },
        { name: 'primary heartbeat', ageMs: null, state: 'never' },
      ],
    })
    expect(modelSchema.parse(viewed({ sentinel }))).toBeTruthy()
    expect(viewed({ sentinel: { ...sentinel, memory: null } }).sentinel).toBeNull()
  })
})

describe('the view', () => {
  const anyRole = fc.constantFrom('MASTER' as const, 'SLAVE' as const, 'TEMPORARY_MASTER' as const, null)
  const anyStatus = fc.constantFrom('never' as const, 'ok' as const, 'stale' as const, 'failed' as const)
  const anyParts = fc
    .record({
      ...{ role: anyRole, seen: anyRole, status: anyStatus, enabled: fc.boolean(), isPaused: fc.boolean() },
      ...{ ageMinutes: fc.integer({ min: -600, max: 600 }), holder: fc.constantFrom('github:1', 'github:2') },
      state: fc.constantFrom('active' as const, 'promoting' as const, 'released' as const, 'draining' as const),
      lastMs: fc.option(fc.integer({ min: 0, max: 2 * NOW_MS })),
      isFenced: fc.boolean(),
    })
    .map(({ role, seen, status, enabled, isPaused, ageMinutes, holder, state, lastMs, isFenced }) => {
      const records = [layer({ status, lastSuccessAtMs: lastMs })]
      const targets = [facts({ records, observation: observation(seen) }), facts({ target: archive, records })]
      const fence = isFenced ? fenced({ holder, state }, ageMinutes) : UNFENCED
      return parts({ config: config({ role, enabled }), isPaused, targets, ...fence })
    })

  it('is pure: the same parts give the same view, untouched, in the one form that is written down', () => {
    fc.assert(
      fc.property(anyParts, (given) => {
        const copy = structuredClone(given)
        const first = viewOf(deepFrozen(given), NOW_MS)
        expect(viewOf(copy, NOW_MS)).toEqual(first)
        expect(given).toEqual(copy)
        expect(modelSchema.parse(JSON.parse(JSON.stringify(first)))).toEqual(first)
        for (const one of given.targets) targetSchema.parse(detailOf(given, one, NOW_MS))
      }),
    )
  })

  it('says why of everything that cannot be done, and never of what can', () => {
    fc.assert(
      fc.property(anyParts, (given) => {
        const actions = viewOf(given, NOW_MS).mirrors.flatMap((mirror) => Object.values(mirror.actions))
        for (const { enabled, why } of actions) expect(why === null).toBe(enabled)
      }),
    )
  })
})

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const entry of Object.values(value)) deepFrozen(entry)
    Object.freeze(value)
  }
  return value
}
