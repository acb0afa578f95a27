import { ConfigError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { loadMirrorConfig } from '../../src/config/load.js'
import type { ConfigProblem } from '../../src/config/problem.js'
import type { Values } from '../../src/config/settings.js'
import { temporaryFile } from '../folders.js'

const SECRET = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'
const SLOT_1 = { MIRROR_1_REPO: 'backup/orchestrator', MIRROR_1_TOKEN: SECRET }

const load = (environment: Values) => loadMirrorConfig({ environment })

function refusal(environment: Values): ConfigError {
  try {
    load(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the configuration was taken')
}

const problemsOf = (error: ConfigError) => error.metadata.problems as readonly ConfigProblem[]

describe('defaults', () => {
  it('are those of the spec, inert', () => {
    const minute = 60_000
    expect(load({ PATH: '/bin' })).toEqual({
      ...{ enabled: false, role: null, manifestFile: 'montana.mirror.json', stateFile: 'state/current.json' },
      ...{ autoPromote: true, fenceSlot: null, permitMs: 30 * minute, skewMs: 10 * minute, stalenessMs: 180 * minute },
      ...{ sentinel: { intervalMs: 30 * minute, threshold: 3 }, recoveryObservations: 3 },
      ...{ onRecovery: 'merge', resetMode: 'isolated', primaryRepository: null, primaryToken: null },
      ...{ alertWebhook: null, targets: [] },
    })
  })

  it('of a github slot', () => {
    const [target] = load(SLOT_1).targets
    expect(target).toEqual({
      ...{ type: 'github', slot: 1, name: 'mirror-1', enabled: true, username: 'x-access-token', caFile: null },
      ...{ url: 'https://github.com/backup/orchestrator.git', apiUrl: 'https://api.github.com' },
      ...{ repository: { owner: 'backup', name: 'orchestrator' }, credential: { kind: 'token', value: SECRET } },
      ...{ refs: ['refs/heads/*', 'refs/tags/*'], onDiverge: 'refuse', lfs: 'auto' },
      ...{ pushTimeoutMs: { first: 10_800_000, later: 3_600_000 } },
      ...{ syncSecrets: true, syncVariables: true, promotable: true, secrets: new Map(), sentinelToken: null },
      workflowPaths: 'alert',
    })
  })
})

describe('sources', () => {
  it('flags hide the environment, which hides the file', () => {
    const envFile = temporaryFile('MIRROR_SKEW_MINUTES=1\nMIRROR_PERMIT_MINUTES=1\nMIRROR_STALENESS_MINUTES=99\n')
    const environment = { MIRROR_SKEW_MINUTES: '2', MIRROR_PERMIT_MINUTES: '2' }
    const config = loadMirrorConfig({ envFile, environment, flags: { MIRROR_SKEW_MINUTES: '3' } })
    expect([config.skewMs, config.permitMs, config.stalenessMs]).toEqual([180_000, 120_000, 5_940_000])
  })

  it('an empty value is not given, and hides the file', () => {
    const envFile = temporaryFile('MIRROR_ENABLED=true\nMIRROR_ROLE=MASTER')
    expect(loadMirrorConfig({ envFile, environment: { MIRROR_ENABLED: '' } })).toMatchObject({
      ...{ enabled: false, role: 'MASTER' },
    })
  })

  it('a file that is not there is an empty one', () => {
    expect(loadMirrorConfig({ envFile: '/nonexistent/.env', environment: {} }).targets).toEqual([])
  })

  it('a line of ours that is no assignment is named; others are none of our business', () => {
    const envFile = temporaryFile('this is nothing\nFOO="open\nMIRROR_ENABLED true\n')
    expect(() => loadMirrorConfig({ envFile, environment: {} })).toThrow(/MIRROR_ENABLED is no assignment/)
  })
})

describe('values', () => {
  it.each(['1', 'true', 'YES', 'On'])('%s is true', (value) => {
    expect(load({ MIRROR_ENABLED: value }).enabled).toBe(true)
  })

  it.each(['0', 'False', 'no', 'OFF'])('%s is false', (value) => {
    expect(load({ MIRROR_AUTO_PROMOTE: value }).autoPromote).toBe(false)
  })

  it.each(['master', ' MASTER', 'PRIMARY', '1', ''])('role %j is inert', (value) => {
    expect(load({ MIRROR_ROLE: value }).role).toBeNull()
  })

  it.each(['MASTER', 'SLAVE', 'TEMPORARY_MASTER'])('role %s is taken', (value) => {
    expect(load({ MIRROR_ROLE: value }).role).toBe(value)
  })

  it.each([
    ['MIRROR_ENABLED', 'maybe'],
    ['MIRROR_PERMIT_MINUTES', '1.5'],
    ['MIRROR_PERMIT_MINUTES', '-1'],
    ['MIRROR_SKEW_MINUTES', '1e3'],
    ['SENTINEL_THRESHOLD', '0'],
    ['MIRROR_ON_RECOVERY', 'Merge'],
    ['MIRROR_RESET_MODE', 'Leader'],
    ['MASTER_REPO', 'a/b/c'],
    ['MASTER_REPO', '-a/b'],
    ['MASTER_REPO', 'a/..'],
    ['MASTER_REPO', 'a/b.git'],
    ['MIRROR_FENCE', 'mirror-0'],
    ['MIRROR_FENCE', 'mirror-100'],
    ['MIRROR_ALERT_WEBHOOK', 'http://example.com/hook'],
    ['MASTER_TOKEN', 'two words'],
  ])('%s %j is refused by name, with what it must be', (key, value) => {
    const error = refusal({ [key]: value })
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 78, field: key })
    expect(error.message.startsWith(`${key} `)).toBe(true)
    expect(error.remedy).toMatch(/^write /)
  })

  it.each([
    [{ MIRROR_FENCE: 'coordinator' }, 'MIRROR_FENCE'],
    [{ ...SLOT_1, MIRROR_1_MIRROR: 'true' }, 'MIRROR_1_MIRROR'],
    [{ ...SLOT_1, MIRROR_1_WIKI: 'yes' }, 'MIRROR_1_WIKI'],
    [{ MIRROR_KEY_FILE: '/etc/key' }, 'MIRROR_KEY_FILE'],
  ])('%j is for later', (environment, field) => {
    expect(refusal(environment)).toMatchObject({ field, message: expect.stringContaining('is for a later release') })
  })

  it('the same, switched off, is taken', () => {
    load({ ...SLOT_1, MIRROR_1_MIRROR: 'false', MIRROR_1_WIKI: '0', MIRROR_1_WORKFLOW_PATHS: 'alert' })
  })
})

describe('keys', () => {
  it.each([
    ['MIRROR_ENABLD', 'MIRROR_ENABLED'],
    ['MIRROR_STALENESS_MINUTE', 'MIRROR_STALENESS_MINUTES'],
    ['MIRROR_1_TOKN', 'MIRROR_1_TOKEN'],
    ['MIRROR_1_SYNC_VARIABLES', undefined],
    ['MIRROR_1_REPOS', 'MIRROR_1_REPO'],
  ])('%s is unknown; %s may have been meant', (key, near) => {
    const error = refusal({ ...SLOT_1, [key]: SECRET })
    expect(error).toMatchObject({ code: 'CONFIG_UNKNOWN_KEY', field: key, exitCode: 78 })
    expect(error.remedy).toBe(near === undefined ? 'remove it' : `write ${near}, or remove it`)
    expect(JSON.stringify(error)).not.toContain(SECRET)
  })

  it.each(['Tr0ub4dor3horse', 'correct;horse', 'geheim!'])(
    'a password under the wrong key, %s, is not repeated',
    (value) => {
      const error = refusal({ ...SLOT_1, MIRROR_ENABLED: value, MIRROR_1_NAME: value })
      expect(JSON.stringify(error) + error.message).not.toContain(value)
      expect(refusal({ MIRROR_ENABLED: 'maybe' }).message).toContain("'maybe'")
    },
  )

  it.each(['MIRROR_0_REPO', 'MIRROR_100_REPO', 'MIRROR_01_REPO'])('%s is no slot', (key) => {
    expect(refusal({ [key]: 'a/b' })).toMatchObject({ code: 'CONFIG_UNKNOWN_KEY', field: key })
  })

  it('names of the repositories are never unknown', () => {
    const names = ['MIRROR_EPOCH', 'MIRROR_SENTINEL_TOKEN', 'MIRROR_SENTINEL_APP_ID', 'MIRROR_SENTINEL_APP_KEY']
    load({ ...Object.fromEntries(names.map((name) => [name, 'x'])), MIRROR_FENCE_TOKEN: 'x', SENTINEL_FAILURES: 'x' })
  })

  it('all problems are in one error', () => {
    const error = refusal({ MIRROR_ENABLED: 'maybe', MIRROR_TOKEN: SECRET, MIRROR_3_TYPE: 'svn', MIRROR_7_REPO: 'x/y' })
    const fields = ['MIRROR_TOKEN', 'MIRROR_ENABLED', 'MIRROR_3_TYPE', 'MIRROR_7_TOKEN']
    expect(problemsOf(error).map(({ field }) => field)).toEqual(expect.arrayContaining(fields))
    expect(problemsOf(error)).toHaveLength(4)
    expect(error.message.split('\n')).toHaveLength(5)
  })
})

describe('what stands in several keys', () => {
  it('P + S must be below T', () => {
    const minutes = { MIRROR_PERMIT_MINUTES: '30', MIRROR_SKEW_MINUTES: '10' }
    expect(refusal({ ...minutes, MIRROR_STALENESS_MINUTES: '40' })).toMatchObject({ field: 'MIRROR_STALENESS_MINUTES' })
    load({ ...minutes, MIRROR_STALENESS_MINUTES: '41' })
  })

  it('a permit must end between the observations that promote', () => {
    expect(refusal({ SENTINEL_INTERVAL_MINUTES: '19' })).toMatchObject({ field: 'SENTINEL_THRESHOLD' })
    load({ SENTINEL_INTERVAL_MINUTES: '20' })
    load({ SENTINEL_INTERVAL_MINUTES: '10', SENTINEL_THRESHOLD: '5' })
  })

  it('the fence is the lowest slot that can be promoted, or the one that is named', () => {
    const off = { MIRROR_2_REPO: 'c/d', MIRROR_2_TOKEN: SECRET, MIRROR_2_PROMOTABLE: 'false' }
    const archive = { MIRROR_1_TYPE: 'git', MIRROR_1_URL: '/srv/archive.git' }
    const on = { MIRROR_9_REPO: 'e/f', MIRROR_9_TOKEN: SECRET }
    expect(load({ ...archive, ...off, ...on }).fenceSlot).toBe(9)
    expect(load({ ...archive, ...off, ...on, MIRROR_FENCE: 'mirror-2' }).fenceSlot).toBe(2)
    expect(load({ ...archive, ...off }).fenceSlot).toBeNull()
    expect(refusal({ ...archive, ...on, MIRROR_FENCE: 'mirror-1' }).remedy).toBe('write one of mirror-9')
  })

  it('names are unique', () => {
    const second = { MIRROR_4_REPO: 'c/d', MIRROR_4_TOKEN: SECRET, MIRROR_4_NAME: 'mirror-1' }
    expect(refusal({ ...SLOT_1, ...second })).toMatchObject({ field: 'MIRROR_4_NAME' })
  })

  it('slots may have gaps and come in order', () => {
    const more = { MIRROR_99_REPO: 'c/d', MIRROR_99_TOKEN: SECRET, MIRROR_20_TYPE: 'git', MIRROR_20_URL: '/a.git' }
    expect(load({ ...more, ...SLOT_1 }).targets.map(({ slot }) => slot)).toEqual([1, 20, 99])
  })
})
