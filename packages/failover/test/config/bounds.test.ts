import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bound, boundList, bounds, type ConfigProblem, loadGroupConfig } from '../../src/index.js'
import { BOT, file, group, load, problemsOf, refusal, WITNESSES } from '../support/group-file.js'

const git = { kind: 'git', repository: '/srv/shared.git' }
const profile = (i: number, t: number, m: number, rest: object = {}) => {
  return { intervalMs: i * 1000, timeoutMs: t * 1000, misses: m, ...rest }
}

async function boundsOf(settings: object) {
  return bounds((await load(group({ preset: 'single-chain', ...settings }))).config)
}

async function codesOf(settings: object): Promise<string[]> {
  const path = file(JSON.stringify(group({ preset: 'single-chain', witnesses: [], ...settings })))
  return (
    await loadGroupConfig(path).then(
      () => [],
      async () => problemsOf(await refusal(path)),
    )
  ).map(({ code }: ConfigProblem) => code)
}

const totals = (found: readonly Bound[]) => found.map(({ kind, totalMs }) => [kind, totalMs])

/** The table of spec three-mirror 5.4: confirm 1, promote 2 unless said otherwise. */
const ROWS: readonly (readonly [string, object, number, string[]])[] = [
  ['5 / 2 / 1', profile(5, 2, 1, { isBurst: true }), 10_000, ['BOUND']],
  ['5 / 2 / 1 with burst, promote 1.5', profile(5, 2, 1, { isBurst: true, promoteMs: 1500 }), 9500, []],
  ['5 / 1 / 1', profile(5, 1, 1), 9000, ['OVERLAP']],
  ['5 / 2 / 2', profile(5, 2, 2), 15_000, ['BOUND']],
  ['3 / 2 / 2', profile(3, 2, 2), 11_000, ['BOUND']],
  ['2.5 / 2 / 2', profile(2.5, 2, 2), 10_000, ['BOUND']],
  ['2 / 1 / 3', profile(2, 1, 3), 10_000, ['BOUND']],
  ['2 / 2 / 2', profile(2, 2, 2), 9000, []],
  ['2 / 1 / 2', profile(2, 1, 2), 8000, []],
  ['1.5 / 1 / 3', profile(1.5, 1, 3), 8500, []],
  ['1 / 1 / 3', profile(1, 1, 3), 7000, []],
  ['1 / 0.8 / 4', profile(1, 0.8, 4), 7800, []],
  ['0.5 / 0.5 / 4', profile(0.5, 0.5, 4), 5500, ['OVERLAP']],
]

describe('the table of intervals, timeouts and misses', () => {
  it.each(ROWS)('%s', async (_, numbers, totalMs, refused) => {
    expect(await codesOf({ profile: numbers })).toEqual(refused)
    const { config } = await load(group({ preset: 'single-chain' }))
    const explicit = { ...config.profile, ...numbers }
    expect(bounds({ ...config, profile: explicit }).policies.serve?.failover.totalMs).toBe(totalMs)
  })

  it.each([
    ['5 / 1 / 1 with a burst', profile(5, 1, 1, { isBurst: true }), 1000],
    ['0.5 / 0.5 / 4', profile(0.5, 0.5, 4), 1000],
  ])('%s holds with a smaller isolateAfter', async (_, numbers, isolateAfterMs) => {
    expect(await codesOf({ profile: numbers, isolateAfterMs })).toEqual([])
    expect(await codesOf({ profile: numbers, isolateAfterMs: isolateAfterMs + 1 })).toEqual(['OVERLAP'])
  })
})

describe('bounds', () => {
  it('of both profiles: detect, total and earliest takeover of spec 5.2', async () => {
    const fast = await boundsOf({ profile: 'fast' })
    expect(fast.policies.serve?.failover).toMatchObject({
      termsMs: { detect: 4000, confirm: 1000, promote: 2000 },
      totalMs: 7000,
      limit: 'maxRecoveryMs',
      formula: '3 misses × 1.0 + timeout 1.0 + confirm 1.0 + promote 2.0 = 7.0 s',
      isKept: true,
    })
    const seed = await boundsOf({ profile: 'seed' })
    expect(seed.policies.serve?.failover).toMatchObject({
      termsMs: { detect: 7000, confirm: 1000, promote: 1500 },
      totalMs: 9500,
      formula: '1 miss × 5.0 + timeout 2.0 + confirm 1.0 + promote 1.5 = 9.5 s',
    })
    expect([fast.overlap?.earliestTakeoverMs, seed.overlap?.earliestTakeoverMs]).toEqual([3000, 3000])
    expect([fast.overlap?.stopMs, seed.overlap?.stopMs]).toEqual([3000, 3000])
  })

  it('take the slowest service of the policy as promote', async () => {
    const services = { a: { ...BOT, promoteTimeoutMs: 500 }, b: { ...BOT, promoteTimeoutMs: 2500 } }
    const { serve } = (await boundsOf({ services })).policies
    expect(serve?.failover.termsMs.promote).toBe(2500)
    expect(totals(serve?.services ?? [])).toEqual([
      ['service', 7000],
      ['service', 7000],
    ])
    const { config } = await load(group({ services }))
    expect(bounds(config).policies.coordinate?.failover.termsMs.promote).toBe(2000)
  })

  it('of a crash: 6.5 in fast, one restart in place still fits', async () => {
    const { serve } = (await boundsOf({ services: { bot: BOT } })).policies
    expect(serve?.services[0]).toMatchObject({
      service: 'bot',
      termsMs: { detect: 4000, kill: 500, promote: 2000 },
      totalMs: 6500,
    })
    const restarting = await boundsOf({ services: { bot: { ...BOT, localRestarts: 1 } } })
    expect(restarting.policies.serve?.services[0]?.totalMs).toBe(9000)
  })

  it('of a survivor: as the chain with a fast quorum, 18 s with git alone', async () => {
    const survivor = async (witnesses: object[], rest: object = {}) => {
      const found = await boundsOf({ witnesses, maxSurvivorRecoveryMs: 60_000, ...rest })
      return found.policies.serve?.survivor
    }
    expect((await survivor(WITNESSES))?.totalMs).toBe(7000)
    expect((await survivor([...WITNESSES.slice(0, 2), git]))?.totalMs).toBe(7000)
    expect((await survivor([git]))?.formula).toBe('staleness 13.0 + confirm 3.0 + promote 2.0 = 18.0 s')
    expect((await survivor([WITNESSES[0] ?? {}, git]))?.totalMs).toBe(18_000)
    expect((await survivor([git], { profile: 'seed' }))?.totalMs).toBe(17_500)
    expect(await survivor([])).toBeNull()
    const lead = { coordinator: { kind: 'chain', withoutWitnesses: 'lead' } }
    expect((await survivor([], lead))?.totalMs).toBe(7000)
  })

  it('of a survivor where the staleness is capped below the detection, and above it', async () => {
    const slow = await boundsOf({ profile: 'seed' })
    expect(slow.policies.serve?.survivor).toMatchObject({ termsMs: { detect: 7000 }, totalMs: 9500 })
    const quick = await boundsOf({ profile: profile(0.2, 0.2, 12), isolateAfterMs: 500 })
    expect(quick.policies.serve?.survivor?.termsMs.detect).toBe(2600)
  })

  it('of etcd elsewhere and on the same hosts; no overlap and no survivor to judge', async () => {
    const coordinator = { kind: 'etcd', endpoints: ['https://e1.example'] }
    const apart = await boundsOf({ coordinator })
    expect(apart.policies.serve?.failover).toMatchObject({
      kind: 'etcd',
      termsMs: { ttl: 4000, expiry: 500, acquire: 500, promote: 2000 },
      formula: 'TTL 4.0 + expiry 0.5 + acquire 0.5 + promote 2.0 = 7.0 s',
    })
    const shared = await boundsOf({ coordinator: { ...coordinator, isShared: true } })
    expect(shared.policies.serve?.failover.totalMs).toBe(9500)
    expect([shared.overlap, shared.policies.serve?.survivor]).toEqual([null, null])
  })

  it('are listed policy by policy, the worst apart', async () => {
    const { config } = await load(group({ services: { bot: BOT }, witnesses: [git], maxSurvivorRecoveryMs: 20_000 }))
    const found = bounds(config)
    expect(boundList(found).map(({ policy, kind }) => `${policy} ${kind}`)).toEqual([
      ...['serve chain', 'serve survivor', 'serve service', 'coordinate chain', 'coordinate survivor'],
    ])
    expect(found.policies.serve?.worstMs).toBe(18_000)
  })
})

describe('load', () => {
  const numbers = fc.record({
    intervalMs: fc.integer({ min: 100, max: 4000 }),
    timeoutMs: fc.integer({ min: 50, max: 4000 }),
    misses: fc.integer({ min: 1, max: 5 }),
    confirmMs: fc.integer({ min: 0, max: 2000 }),
    promoteMs: fc.integer({ min: 50, max: 4000 }),
    isBurst: fc.boolean(),
  })
  const limits = fc.record({
    maxRecoveryMs: fc.integer({ min: 3000, max: 15_000 }),
    maxSurvivorRecoveryMs: fc.integer({ min: 3000, max: 25_000 }),
    isolateAfterMs: fc.integer({ min: 500, max: 4000 }),
    killBudgetMs: fc.integer({ min: 50, max: 1000 }),
    health: fc.record({
      h: fc.integer({ min: 1, max: 5 }),
      i: fc.integer({ min: 100, max: 3000 }),
      t: fc.integer({ min: 50, max: 3000 }),
    }),
    gitWitnesses: fc.integer({ min: 0, max: 3 }),
  })

  it('refuses exactly when a bound is not below its limit or two tenures could overlap', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, limits, async (p, { health, gitWitnesses, ...l }) => {
        const witnesses = [...WITNESSES.slice(gitWitnesses), ...Array(gitWitnesses).fill(git)]
        const service = { healthFailures: health.h, healthIntervalMs: health.i, healthTimeoutMs: health.t }
        const services = { bot: { ...BOT, ...service } }
        const detect = p.misses * p.intervalMs + p.timeoutMs
        const isSlow = gitWitnesses > 1
        const staleness = isSlow ? 13_000 : Math.min(detect, 4000)
        const survivor = Math.max(detect, staleness) + Math.max(p.confirmMs, isSlow ? 3000 : 0) + p.promoteMs
        const takeover = (p.misses - 1) * p.intervalMs + p.timeoutMs + (p.isBurst ? p.confirmMs : 0)
        const expected = [
          ...(detect + p.confirmMs + p.promoteMs >= l.maxRecoveryMs ? ['BOUND profile'] : []),
          ...(survivor >= l.maxSurvivorRecoveryMs ? ['SURVIVOR_BOUND maxSurvivorRecoveryMs'] : []),
          ...(health.h * health.i + health.t + l.killBudgetMs + p.promoteMs >= l.maxRecoveryMs
            ? ['BOUND services.bot.healthIntervalMs']
            : []),
          ...(l.isolateAfterMs + l.killBudgetMs + 500 > takeover ? ['OVERLAP isolateAfterMs'] : []),
        ]
        const settings = group({ preset: 'single-chain', profile: p, services, witnesses, ...l })
        const found = await load(settings).then(
          () => [],
          (error) => problemsOf(error),
        )
        expect(found.map(({ code, field }) => `${code} ${field}`)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})
