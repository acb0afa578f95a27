import { describe, expect, it } from 'vitest'
import { commandsOf } from '../page/src/integrations/recovery/commands.js'
import { conflictsOf, obstacle, tipsToKeep, waysOf } from '../page/src/integrations/recovery/plan.js'
import type { RecoveryRef, RecoveryReport } from '../page/src/integrations/recovery/types.js'
import { conditionWords, stepWords, verdictWords } from '../page/src/integrations/role-words.js'
import { layerWords, stateOf } from '../page/src/integrations/states.js'
import type { JobView, LayerView, MirrorsPage, MirrorView } from '../page/src/integrations/types.js'

const TIP = 'b'.repeat(40)
const NOTHING = { tip: null, count: 0, commits: [] }

function split(changes: Partial<RecoveryRef> = {}): RecoveryRef {
  const rescue = { action: 'primary-tree', preserve: TIP, conflicts: [] }
  const merge = { action: 'merge', preserve: TIP, conflicts: [] }
  const sides = { primary: 'a'.repeat(40), replica: TIP, onlyPrimary: NOTHING, onlyReplica: NOTHING }
  return { ref: 'refs/heads/main', merge, rescue, ...sides, ...changes }
}

function report(changes: Partial<RecoveryReport> = {}): RecoveryReport {
  const rest = { onRecovery: 'merge', epoch: 2, leftOut: 0, same: 3 } as const
  return { id: 'backup', kind: 'hand-back', ...rest, refs: [split()], ...changes }
}

const conflicting = split({ merge: { action: 'conflict', preserve: TIP, conflicts: ['b.txt', 'a.txt'] } })
const foreign = split({ merge: null, rescue: { action: 'rescue-replica', preserve: TIP, conflicts: [] } })

const LAYER: LayerView = { status: 'ok', lastSuccessMs: 1, lastAttemptMs: 1, error: null }
const DRIFT = { add: [], change: [], remove: [] }
const error = (code: string) => ({ code, message: '', remedy: null })

function mirror(changes: Partial<MirrorView> = {}, code: Partial<LayerView> = {}): MirrorView {
  const names = { ...LAYER, synced: 1, total: 1, drift: DRIFT }
  const no = { enabled: false, why: 'no' }
  const actions = { sync: no, test: no, resume: no, dropRescue: no, promote: no, demote: no, remove: no, recover: no }
  return {
    ...{ id: 'backup', type: 'github', target: 'second/c', webUrl: 'https://h.example/second/c', enabled: true },
    ...{ role: 'SLAVE', label: 'Replica', health: 'ok', findings: [], nextRunMs: null, rescueRefs: [], approval: null },
    layers: {
      code: { ...LAYER, commit: null, lagCommits: 0, lagMs: 0, ...code },
      ...{ secrets: names, variables: names, workflows: { ...LAYER, expected: {}, actual: {} } },
    },
    ...{ credential: { kind: 'token', expiresMs: null }, actions: { ...actions, approve: no }, ...changes },
  }
}

function page(changes: Partial<MirrorsPage> = {}, fence: Partial<MirrorsPage['fence']> = {}): MirrorsPage {
  const record = { where: 'backup', epoch: 2, state: 'active', holder: 'github:1', holderName: null, problem: null }
  return {
    ...{
      nowMs: 1,
      enabled: true,
      paused: false,
      twoWriters: null,
      sentinel: null,
      mirrors: [],
      worker: 'here',
      jobs: [],
    },
    self: { repo: 'first/c', role: 'MASTER', label: 'Primary', acts: true, why: '' },
    fence: { ...record, recordAgeMs: 1, permitLeftMs: 1, autoPromote: true, holdUntilMs: null, ...fence },
    ...{ queue: { pending: 0, running: 0, blocked: 0 }, offers: { add: true, ssh: true, hold: true }, ...changes },
  }
}

function job(kind: JobView['kind']): JobView {
  const layers = [{ mirror: 'backup', layer: 'code', state: 'running', lastErrorCode: null }] as const
  const rest = { jobId: 'j', atMs: 1, state: 'running', result: null, error: null, steps: [] } as const
  return { kind, mirror: kind === 'sync' ? null : 'backup', layers: kind === 'sync' ? layers : [], ...rest }
}

describe('one word for a mirror', () => {
  const temporary = { role: 'TEMPORARY_MASTER' } as const
  const fenced = { self: { repo: null, role: 'MASTER', label: '', acts: false, why: '' } } as const
  const held = { refs: [{ ref: 'refs/heads/main', tip: TIP }], paths: ['.github/workflows/x.yml'] }
  it.each<[string, MirrorView, MirrorsPage]>([
    ['off', mirror(), page({ enabled: false })],
    ['off', mirror({ enabled: false }), page()],
    ['running', mirror(), page({ jobs: [job('sync')] })],
    ['promoting', mirror(), page({ jobs: [job('promote')] })],
    ['promoting', mirror(), page({}, { state: 'promoting' })],
    ['handing-back', mirror(temporary), page({ jobs: [job('demote')] })],
    ['handing-back', mirror(temporary), page({}, { state: 'draining' })],
    ['temporary-primary', mirror(temporary), page(fenced)],
    ['diverged', mirror({}, { status: 'diverged', error: error('REF_DIVERGED') }), page()],
    ['approval', mirror({ approval: held }, { status: 'blocked', error: error('APPROVAL_NEEDED') }), page()],
    ['credential', mirror({}, { status: 'failed', error: error('TARGET_AUTH') }), page()],
    ['credential', mirror({ findings: [error('TARGET_AUTH')] }, { status: 'blocked', error: error('X') }), page()],
    ['failed', mirror({}, { status: 'failed', error: error('GIT_FAILED') }), page()],
    ['blocked', mirror({}, { status: 'blocked', error: error('FENCED') }), page()],
    ['paused', mirror(), page({ paused: true })],
    ['paused', mirror(), page({ paused: true, jobs: [job('sync')] })],
    ['fenced', mirror(), page(fenced)],
    ['out-of-step', mirror({}, { status: 'stale' }), page()],
    ['unknown', mirror({ health: 'unknown' }), page()],
    ['unreachable', mirror({ health: 'failed' }), page()],
    ['degraded', mirror({ health: 'degraded' }), page()],
    ['in-step', mirror(), page()],
  ])('%s', (name, shown, of) => {
    expect(stateOf(shown, of)).toMatchObject({ name, words: expect.stringMatching(/\w/) })
  })

  it('tells a credential and an approval from other failures of a layer', () => {
    expect(layerWords({ status: 'failed', error: error('TARGET_FORBIDDEN') })).toBe('credential refused')
    expect(layerWords({ status: 'blocked', error: error('APPROVAL_NEEDED') })).toBe('waiting for approval')
    expect(layerWords({ status: 'failed', error: error('TIMEOUT') })).toBe('failed')
  })
})

describe('the plan of a recovery', () => {
  it('offers the merge first, unless a file conflicts or the configuration keeps apart', () => {
    expect(waysOf(report())).toEqual(['merge', 'rescue'])
    expect(waysOf(report({ refs: [conflicting] }))).toEqual(['rescue', 'merge'])
    expect(waysOf(report({ onRecovery: 'rescue' }))).toEqual(['rescue', 'merge'])
    expect(waysOf(report({ kind: 'target' }))).toEqual(['rescue'])
  })

  it('says what stands in the way of one way only', () => {
    const found = report({ refs: [split(), conflicting] })
    expect(conflictsOf(found, 'merge')).toEqual(['a.txt', 'b.txt'])
    expect(obstacle(found, 'merge')).toBe('both sides changed a.txt, b.txt')
    expect(obstacle(found, 'rescue')).toBeNull()
    expect(obstacle(report({ refs: [] }), 'merge')).toContain('the same')
  })

  it('keeps exactly the tips of a target that has work of its own', () => {
    const behind = split({ ref: 'refs/heads/b', rescue: { action: 'forward-replica', preserve: null, conflicts: [] } })
    const found = report({ kind: 'target', refs: [foreign, behind] })
    expect(tipsToKeep(found)).toEqual([{ ref: 'refs/heads/main', tip: TIP }])
    expect(obstacle(report({ kind: 'target', refs: [behind] }), 'rescue')).toContain('a sync brings it in step')
  })

  it('gives commands that a shell takes as they are meant', () => {
    const odd = { ...foreign, ref: "refs/heads/it's;here" }
    const lines = commandsOf(report({ kind: 'target', refs: [odd] }), mirror()).map(({ command }) => command)
    expect(lines).toEqual([
      "git switch 'it'\\''s;here'",
      "git fetch https://h.example/second/c.git 'refs/heads/it'\\''s;here'",
      'git merge FETCH_HEAD',
      "git push origin 'it'\\''s;here'",
      'montana mirror sync backup',
    ])
  })
})

describe('a dry run in words', () => {
  it('puts what stands in the way first, without codes and long ids', () => {
    const conditions = [
      { name: 'code', met: true, why: `at ${TIP}, as replicated` },
      { name: 'merge', met: false, why: 'HANDBACK_CONFLICT: both sides changed a.txt' },
    ]
    expect(conditionWords(conditions)).toEqual([
      { title: 'Histories', isMet: false, words: 'both sides changed a.txt' },
      { title: 'Code', isMet: true, words: `at ${TIP.slice(0, 10)}, as replicated` },
    ])
    expect(verdictWords(conditions)).toBe('It cannot start: 1 of 2 conditions is not met')
  })

  it('has a sentence for every step, and none of the names of files', () => {
    const plan = [
      'sync',
      'release',
      'runs-ended',
      'permit-over',
      'tips',
      'claim',
      'epoch',
      'workflows',
      'role',
      'gates',
    ]
    const words = stepWords('planned', [...plan, 'proof', 'marker', 'activate'])
    expect(words.every((text) => / /.test(text))).toBe(true)
    expect(words.join(' ')).not.toMatch(/MASTER|SLAVE/)
  })
})
