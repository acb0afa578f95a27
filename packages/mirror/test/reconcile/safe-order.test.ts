import { describe, expect, it } from 'vitest'
import { MirrorError } from '../../src/contracts/errors.js'
import { reconcileNames } from '../../src/reconcile/names.js'
import { configurePrimary } from '../../src/reconcile/primary.js'
import { configureReplica, type ReplicaInit, type ReplicaStep } from '../../src/reconcile/safe-order.js'
import type { StepResult } from '../../src/reconcile/steps.js'
import { type OnStand, onStand } from '../support/on-stand.js'
import { temporaryStore } from '../support/temporary-store.js'
import { WORKFLOW_FILES, WORKFLOW_ROLES } from '../support/workflow-files.js'

const never = new AbortController().signal
const GATE = { name: 'ADAPTER_MOCK_MODE', inert: 'true', live: 'false' }
const SETTINGS = {
  permitMs: 30 * 60_000,
  skewMs: 10 * 60_000,
  stalenessMs: 240 * 60_000,
  sentinel: { intervalMs: 30 * 60_000, threshold: 3 },
  primaryRepository: { owner: 'main-account', name: 'orchestrator' },
}
const ROLE_VARIABLES = {
  MIRROR_ROLE: 'SLAVE',
  ADAPTER_MOCK_MODE: 'true',
  MIRROR_EPOCH: '7',
  MASTER_REPO: 'main-account/orchestrator',
  SENTINEL_THRESHOLD: '3',
  MIRROR_STALENESS_MINUTES: '240',
}

function initOf(at: OnStand, changes: Partial<ReplicaInit> = {}): ReplicaInit {
  const { provider, repository } = at
  const store = temporaryStore()
  const mac = (name: string, value: string) => store.mac(name, value)
  const kept = { notCopied: [], gates: [GATE.name], credentials: [] }
  const common = { mirror: 'backup', kept, owned: store.owned, mac }
  const secrets = {
    ...common,
    desired: new Map([['API_KEY', 'k']]),
    names: { kind: 'secret', store: provider.secrets } as const,
  }
  const values = new Map([['GREETING', 'hello']])
  const variables = { ...common, desired: values, names: { kind: 'variable', store: provider.variables } as const }
  return {
    provider,
    manifest: { gates: [GATE], workflows: WORKFLOW_ROLES },
    settings: SETTINGS,
    epoch: 7,
    primaryId: 'github:1',
    switchActions: true,
    fence: async () => {},
    code: () => repository.commit({ files: WORKFLOW_FILES }),
    secrets: (signal) => reconcileNames(secrets, signal),
    variables: (signal) => reconcileNames(variables, signal),
    ...changes,
  }
}

const outcomes = (results: readonly StepResult<ReplicaStep>[]) =>
  Object.fromEntries(results.map(({ name, outcome }) => [name, outcome]))

describe('the safe order of a new target (8.2)', () => {
  it('scenario 1: role and gates are written and read back before code, and secrets come last', async () => {
    const at = await onStand()
    const order: string[] = []
    const init = initOf(at)
    const results = await configureReplica(
      {
        ...init,
        fence: async () => void order.push(...at.lines(), 'FENCE'),
        code: async (signal) => {
          await init.code(signal)
          order.push(...at.lines(), 'CODE')
        },
      },
      never,
    )
    order.push(...at.lines())
    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'done'))
    expect(
      order.filter((line) => !line.startsWith('GET') && !line.includes('PROBE') && !/cancel|git\/refs/.test(line)),
    ).toEqual([
      'PUT actions/permissions',
      'PUT actions/permissions',
      ...Object.keys(ROLE_VARIABLES).map(() => 'POST actions/variables'),
      'FENCE',
      'CODE',
      ...['cron', 'deploy-site', 'test'].map(() => expect.stringMatching(/^PUT actions\/workflows\/\d+\/disable$/)),
      'PUT actions/permissions',
      'PUT actions/secrets/API_KEY',
      'POST actions/variables',
    ])
    expect(order[order.indexOf('FENCE') - 1]).toBe('GET actions/variables')
    expect(Object.fromEntries(at.repository.variables)).toEqual({ ...ROLE_VARIABLES, GREETING: 'hello' })
    expect(at.repository.isActionsEnabled).toBe(true)
  })

  it('the second time nothing is written', async () => {
    const at = await onStand()
    const init = initOf(at, { switchActions: false })
    await configureReplica(init, never)
    at.lines()
    const results = await configureReplica({ ...init, code: async () => {} }, never)
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['done']))
    const writes = at.lines().filter((line) => /^(POST|PATCH|PUT) actions\/(secrets|variables|workflows)/.test(line))
    expect(writes).toEqual([])
  })

  // Every use of the variables in turn: the listing before, the six writes, the read-back.
  it.each(Array.from({ length: 8 }, (_, index) => index))(
    'scenario 10: variables fail at their use %i: the target is inert and has no secrets',
    async (skipped) => {
      const at = await onStand()
      let seen = 0
      const { variables } = at.provider
      const failing = <A extends readonly unknown[], R>(work: (...given: A) => Promise<R>) => {
        return async (...given: A): Promise<R> => {
          if (seen++ === skipped) throw new MirrorError('TARGET_UNREACHABLE', 'planted')
          return await work(...given)
        }
      }
      const provider = {
        ...at.provider,
        variables: { ...variables, list: failing(variables.list), put: failing(variables.put) },
      }
      const results = await configureReplica(initOf(at, { provider }), never)
      const failed = results.find(({ outcome }) => outcome === 'failed')
      expect(failed?.name).toBe(skipped < 7 ? 'role' : 'read-back')
      expect(outcomes(results)).toMatchObject({ code: 'blocked', workflows: 'blocked', secrets: 'blocked' })
      expect(results.find(({ name }) => name === 'secrets')?.blockedBy).toBe(failed?.name)
      expect(at.repository.secrets.size).toBe(0)
      expect([undefined, 'SLAVE']).toContain(at.repository.variables.get('MIRROR_ROLE'))
      expect(at.repository.isActionsEnabled).toBe(false)
    },
  )

  it('a role that is not read back as written stops there', async () => {
    const at = await onStand()
    at.repository.setVariable('ADAPTER_MOCK_MODE', 'false')
    at.stand.faults.add({ match: { method: 'PATCH' }, status: 204 })
    const results = await configureReplica(initOf(at), never)
    const failed = results.find(({ name }) => name === 'read-back')
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'READBACK_MISMATCH' } })
    expect(failed?.error?.message).toBe('ADAPTER_MOCK_MODE should be "true" and is "false"')
    expect(at.repository.secrets.size).toBe(0)
  })

  it('refuses the primary itself, an archived repository and a credential that is too weak, before it writes', async () => {
    const at = await onStand()
    const self = await configureReplica(initOf(at, { primaryId: `github:${at.repository.id}` }), never)
    expect(self[0]?.error).toMatchObject({ code: 'TARGET_IS_PRIMARY' })
    at.repository.archive()
    expect((await configureReplica(initOf(at), never))[0]?.error).toMatchObject({ code: 'PRECONDITION' })
    at.repository.archive(false)
    const permissions = { contents: 'write', secrets: 'read', variables: 'write', actions: 'write' } as const
    const weak = await onStand({
      credential: (stand) => ({ kind: 'token', value: stand.createToken({ account: 'backup-account', permissions }) }),
    })
    const results = await configureReplica(initOf(weak), never)
    expect(results[1]?.error).toMatchObject({
      code: 'TARGET_FORBIDDEN',
      message: 'the credential lacks Secrets: write',
    })
    expect(weak.repository.variables.size).toBe(0)
  })

  it('an abort is no failed step', async () => {
    const at = await onStand()
    const controller = new AbortController()
    const init = initOf(at, { fence: async () => controller.abort() })
    await expect(configureReplica(init, controller.signal)).rejects.toMatchObject({ code: 'ABORTED' })
    expect(at.repository.secrets.size).toBe(0)
  })
})

describe('the primary', () => {
  it('gets role MASTER and epoch 1, keeps a later epoch, and no replica becomes one by the way', async () => {
    const at = await onStand()
    await configurePrimary(at.provider.variables, never)
    expect(Object.fromEntries(at.repository.variables)).toEqual({ MIRROR_EPOCH: '1', MIRROR_ROLE: 'MASTER' })
    at.repository.setVariable('MIRROR_EPOCH', '9')
    await configurePrimary(at.provider.variables, never)
    expect(at.repository.variables.get('MIRROR_EPOCH')).toBe('9')
    at.repository.setVariable('MIRROR_ROLE', 'SLAVE')
    await expect(configurePrimary(at.provider.variables, never)).rejects.toMatchObject({ code: 'PRECONDITION' })
  })
})
