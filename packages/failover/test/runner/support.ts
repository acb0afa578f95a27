import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@montana/foundation'
import { expect, onTestFinished } from 'vitest'
import { HealthWatch } from '../../src/health/watch.js'
import {
  makeEpoch,
  type PolicyServices,
  RANK,
  type ServiceConfig,
  type ServiceHealth,
  type Tenure,
} from '../../src/index.js'
import { commandForm } from '../../src/runner/command-service.js'
import { createService } from '../../src/runner/service.js'

export const tenure = (counter = 1): Tenure => ({
  policy: 'serve',
  epoch: makeEpoch({ counter, rank: RANK.MAJORITY, chainIndex: 0 }),
  mode: 'CHAIN',
  standing: 'majority',
  reason: 'first of the chain',
})

export const unbounded = (): AbortSignal => new AbortController().signal
export const code = (expected: string) => expect.objectContaining({ code: expected })
export const GRACEFUL = { budgetMs: 500, isGraceful: true, reason: 'test' } as const
export const AT_ONCE = { budgetMs: 500, isGraceful: false, reason: 'test' } as const

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'runner-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function serviceOf(changes: Partial<ServiceConfig>): ServiceConfig {
  return {
    name: 'bot',
    policy: 'serve',
    run: { command: ['true'] },
    standby: 'cold',
    health: [{ kind: 'command', command: ['true'] }],
    ready: [],
    healthIntervalMs: 100,
    healthTimeoutMs: 200,
    healthFailures: 3,
    progressTimeoutMs: 1_000,
    promoteTimeoutMs: 1_000,
    localRestarts: 0,
    effects: { survivor: 'idempotent' },
    ...changes,
  }
}

export interface Running {
  readonly services: PolicyServices
  /** Process groups as they began, null where one ended. */
  readonly groups: (number | null)[]
  readonly health: ServiceHealth[]
}

/** A service that is a script of sh, in a folder of its own. */
export function shellService(script: string, changes: Partial<ServiceConfig> = {}, cwd = folder()): Running {
  const service = serviceOf({ run: { command: ['sh', '-c', script], cwd }, ...changes })
  const groups: (number | null)[] = []
  const form = commandForm(
    service,
    { command: ['sh', '-c', script], cwd },
    {
      group: 'montana-5',
      host: 'amsterdam',
      epochFile: join(cwd, 'epoch'),
      logger: silentLogger,
      cgroup: null,
      onGroup: (id) => groups.push(id),
    },
  )
  const services = createService(service, form, new HealthWatch(service))
  const health: ServiceHealth[] = []
  services.onHealth((found) => health.push(found))
  onTestFinished(async () => await services.close())
  return { services, groups, health }
}
