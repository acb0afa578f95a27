import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HANDBACK, handbackPreconditions } from '../../src/decide/handback.js'
import { PROMOTION, promotionPreconditions } from '../../src/decide/promotion.js'
import {
  abandon,
  advance,
  nextStep,
  type Progress,
  type StepPlan,
  startProgress,
  unmet,
} from '../../src/decide/steps.js'
import { record } from './support/records.js'

type Outcome = 'ok' | 'failed' | 'crash' | 'abandon'

/** Runs to the end; outcomes in turn, then everything succeeds. Progress is kept as JSON at each crash. */
function run<S extends string, U extends string>(plan: StepPlan<S, U>, outcomes: readonly Outcome[]) {
  let progress: Progress<S, U> = startProgress(0)
  const log: string[] = []
  for (let i = 0; ; i++) {
    const next = nextStep(plan, progress)
    if (!('step' in next)) return { log, end: next.kind, progress }
    const outcome = outcomes[i] ?? 'ok'
    if (outcome === 'abandon') progress = abandon(plan, progress, i)
    if (outcome === 'crash' && next.kind === 'do') progress = advance(plan, progress, { ...next, outcome: 'begun' }, i)
    if (outcome === 'crash' || outcome === 'abandon') {
      progress = JSON.parse(JSON.stringify(progress)) as Progress<S, U>
      continue
    }
    progress = advance(plan, progress, { ...next, outcome }, i)
    if (outcome === 'ok') log.push(next.step)
  }
}

/** Outcomes until the named step fails. */
function failAt(step: string): Outcome[] {
  const at = PROMOTION.steps.findIndex(({ name }) => name === step)
  return [...Array<Outcome>(at).fill('ok'), 'failed']
}

describe('the steps of a promotion (11.1)', () => {
  it('claims first, activates last, and makes gates live after the role', () => {
    const steps = ['claim', 'epoch', 'workflows', 'role', 'gates', 'proof', 'marker', 'activate']
    expect(run(PROMOTION, [])).toMatchObject({ end: 'done', log: steps })
  })

  it('releases a claim of which it is not known whether it was made', () => {
    expect(run(PROMOTION, failAt('claim'))).toMatchObject({ end: 'undone', log: ['release'] })
  })

  it.each([
    ['epoch', ['release']],
    ['workflows', ['workflows-off', 'release']],
    ['gates', ['gates-inert', 'role-replica', 'workflows-off', 'release']],
    ['proof', ['gates-inert', 'role-replica', 'workflows-off', 'release']],
    ['activate', ['restore-marker', 'gates-inert', 'role-replica', 'workflows-off', 'release']],
  ])('that fails at %s is undone in reverse, its own step included', (step, undone) => {
    const { end, progress } = run(PROMOTION, failAt(step))
    expect([end, progress.undone]).toEqual(['undone', undone])
  })

  it('repeats an undo until it succeeds', () => {
    const { end, progress } = run(PROMOTION, [...failAt('workflows'), 'failed', 'failed'])
    expect([end, progress.undone]).toEqual(['undone', ['workflows-off', 'release']])
  })

  it('never ends half-way: everything done, or every touched step undone, whatever fails, dies or is given up', () => {
    const outcome = fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'failed', 'crash', 'abandon')
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 30 }), (outcomes) => {
        const { end, progress, log } = run(PROMOTION, outcomes)
        expect(new Set(log).size).toBe(log.length)
        const touched = PROMOTION.steps.filter((s) => progress.done.includes(s.name) || s.name === progress.failed)
        expect(touched.length === PROMOTION.steps.length && progress.failed === null).toBe(end === 'done')
        if (end === 'undone') expect(progress.undone).toEqual(touched.reverse().flatMap(({ undo }) => undo))
      }),
      { numRuns: 2_000 },
    )
  })

  it('refuses a report on another step', () => {
    const report = { kind: 'do', step: 'gates', outcome: 'ok' } as const
    expect(() => advance(PROMOTION, startProgress(0), report, 0)).toThrow(RangeError)
  })
})

describe('the steps of a hand-back (11.3)', () => {
  it('drains before it preserves, preserves before it merges, and claims after that', () => {
    const { log } = run(HANDBACK, [])
    expect(log.slice(0, 5)).toEqual(['plan', 'drain', 'replica-inert', 'runs-ended', 'permit-over'])
    expect(log.slice(5, 8)).toEqual(['preserve', 'merge', 'claim'])
  })

  it('before the claim gives the record back first and arms the replica only then', () => {
    const { end, progress } = run(HANDBACK, ['ok', 'ok', 'ok', 'ok', 'failed'])
    expect([end, progress.undone]).toEqual(['undone', ['undrain', 're-arm']])
  })

  it('after the claim is completed, whatever fails', () => {
    const claimed = Array<Outcome>(8).fill('ok')
    expect(run(HANDBACK, [...claimed, 'failed', 'abandon', 'crash', 'failed']).end).toBe('done')
  })

  it('that fails at its plan touched nothing', () => {
    expect(run(HANDBACK, ['failed'])).toMatchObject({ end: 'undone', log: [] })
  })
})

describe('preconditions', () => {
  const fine = {
    cause: 'silence',
    isPromotable: true,
    role: 'SLAVE' as const,
    liveGates: [],
    missingSecrets: [],
    unguardedWorkflows: [],
    tip: 'a',
    replicatedTip: 'b',
    credentialProblem: null,
  }
  const names = (part: Partial<Parameters<typeof promotionPreconditions>[0]>) =>
    unmet(promotionPreconditions({ ...fine, ...part })).map(({ name }) => name)

  it('of a promotion: a code tip that differs is stated, not refused', () => {
    expect(names({})).toEqual([])
    expect(promotionPreconditions(fine).find(({ name }) => name === 'code')?.why).toContain('b was replicated last')
  })

  it.each([
    ['cause', { cause: null }],
    ['promotable', { isPromotable: false }],
    ['role', { role: null }],
    ['gates', { liveGates: ['G'] }],
    ['secrets', { missingSecrets: ['KEY'] }],
    ['workflows', { unguardedWorkflows: ['deploy.yml'] }],
    ['credential', { credentialProblem: '403' }],
    ['code', { tip: null }],
  ])('of a promotion: %s', (name, part) => expect(names(part)).toEqual([name]))

  it('of a hand-back', () => {
    const ready = record({ state: 'handback-ready', holder: 'github:2' })
    const facts = { record: ready, self: 'github:1', isAsked: false, conflicts: [], credentialProblem: null }
    const of = (part: Partial<Parameters<typeof handbackPreconditions>[0]>) =>
      unmet(handbackPreconditions({ ...facts, onRecovery: 'merge', ...part })).map(({ name }) => name)
    expect(of({})).toEqual([])
    expect(of({ record: record() })).toEqual(['record'])
    expect(of({ onRecovery: 'manual' })).toEqual(['recovery'])
    expect(of({ onRecovery: 'manual', isAsked: true })).toEqual([])
    expect(of({ conflicts: ['a.txt'] })).toEqual(['merge'])
    expect(of({ conflicts: ['a.txt'], onRecovery: 'rescue' })).toEqual([])
  })
})
