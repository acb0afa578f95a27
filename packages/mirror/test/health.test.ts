import { describe, expect, it } from 'vitest'
import { checkHealth } from '../src/health.js'
import { reconcileWorkflows } from '../src/reconcile/workflows.js'
import { ALL_PERMISSIONS, type OnStand, OWNER, onStand } from './support/on-stand.js'
import { WORKFLOW_FILES, WORKFLOW_ROLES } from './support/workflow-files.js'

const never = new AbortController().signal
const manifest = { workflows: WORKFLOW_ROLES }
const DAY_MS = 24 * 3_600_000

function check({ provider, clock }: OnStand) {
  return checkHealth({ provider, manifest, role: 'SLAVE', nowMs: clock.wallMs() }, never)
}

async function replica(expiresInMs: number): Promise<OnStand> {
  const at = await onStand({
    credential: (stand) => ({
      kind: 'token',
      value: stand.createToken({ account: OWNER, permissions: ALL_PERMISSIONS, expiresInMs }),
    }),
  })
  await at.repository.commit({ files: WORKFLOW_FILES })
  const { workflows: control, contents } = at.provider
  await reconcileWorkflows({ control, contents, manifest, role: 'SLAVE' }, never)
  return at
}

describe('the health of a target', () => {
  it('is ok with nothing to say', async () => {
    expect(await check(await replica(100 * DAY_MS))).toMatchObject({ health: 'ok', findings: [] })
  })

  it('warns of a credential 14 days before its end, and is failed after it', async () => {
    const at = await replica(15 * DAY_MS)
    expect(await check(at)).toMatchObject({ health: 'ok' })
    at.stand.clock.advance(2 * DAY_MS)
    expect(await check(at)).toMatchObject({ health: 'degraded', findings: [{ code: 'credential-expires' }] })
    at.stand.clock.advance(14 * DAY_MS)
    const failed = await check(at)
    expect(failed.health).toBe('failed')
    expect(failed.findings.map(({ code }) => code)).toEqual(['TARGET_AUTH', 'credential-expires'])
  })

  it('names a workflow that runs and must not, and one that was stopped for inactivity', async () => {
    const at = await replica(300 * DAY_MS)
    at.repository.isPrivate = false
    const cron = (await at.provider.workflows.list(never)).find(({ file }) => file === 'cron.yml')
    at.repository.workflowStore.setState(cron?.id ?? 0, 'active')
    const [finding] = (await check(at)).findings
    expect(finding).toMatchObject({ code: 'workflow-state', message: 'cron.yml should be disabled and is active' })
    at.stand.clock.advance(61 * DAY_MS)
    const { findings, health } = await check(at)
    expect(health).toBe('degraded')
    expect(findings).toMatchObject([{ code: 'workflow-inactive', message: expect.stringContaining('sentinel.yml') }])
  })

  it('names an archived repository and one that is gone', async () => {
    const at = await replica(100 * DAY_MS)
    at.repository.archive()
    expect(await check(at)).toMatchObject({ health: 'degraded', findings: [{ code: 'target-archived' }] })
    await at.repository.delete()
    expect(await check(at)).toMatchObject({ health: 'failed', findings: [{ code: 'TARGET_NOT_FOUND' }] })
  })
})
