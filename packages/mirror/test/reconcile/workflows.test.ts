import { describe, expect, it } from 'vitest'
import type { Role } from '../../src/contracts/config.js'
import { reconcileWorkflows } from '../../src/reconcile/workflows.js'
import { type OnStand, onStand } from '../support/on-stand.js'
import { WORKFLOW_FILES, WORKFLOW_ROLES } from '../support/workflow-files.js'

const never = new AbortController().signal

function reconcile({ provider }: OnStand, role: Role, dryRun = false) {
  const manifest = { workflows: WORKFLOW_ROLES }
  const { workflows: control, contents } = provider
  return reconcileWorkflows({ control, contents, manifest, role, dryRun }, never)
}

async function active({ repository }: OnStand): Promise<string[]> {
  const files = (await repository.workflows()).filter(({ state }) => state === 'active').map(({ path }) => path)
  return files.map((path) => path.replace('.github/workflows/', '')).sort()
}

describe('workflow states by role (8.3)', () => {
  it.each([
    ['SLAVE', ['check.yml', 'sentinel.yml']],
    ['MASTER', ['check.yml', 'cron.yml', 'deploy-site.yml', 'test.yml']],
    ['TEMPORARY_MASTER', ['check.yml', 'cron.yml', 'deploy-site.yml', 'sentinel.yml']],
  ] as const)('%s', async (role, expected) => {
    const at = await onStand()
    await at.repository.commit({ files: WORKFLOW_FILES })
    const reports = await reconcile(at, role)
    expect(await active(at)).toEqual(expected)
    expect(reports.map(({ file }) => file)).toEqual(WORKFLOW_ROLES.map(({ file }) => file))
    at.lines()
    await reconcile(at, role)
    expect(at.lines().filter((line) => !line.startsWith('GET'))).toEqual([])
  })

  it('stops before it starts, and changes nothing in a dry run', async () => {
    const at = await onStand()
    await at.repository.commit({ files: WORKFLOW_FILES })
    await reconcile(at, 'MASTER')
    at.lines()
    const dry = await reconcile(at, 'SLAVE', true)
    expect(dry.map(({ expected, actual }) => [expected, actual])).toContainEqual(['disabled', 'active'])
    expect(at.lines().filter((line) => !line.startsWith('GET'))).toEqual([])
    await reconcile(at, 'SLAVE')
    const writes = at.lines().filter((line) => line.startsWith('PUT'))
    expect(writes.map((line) => line.split('/').at(-1))).toEqual(['disable', 'disable', 'disable', 'enable'])
  })

  it('waits for a file that was pushed just now, as long as it is promised', async () => {
    const at = await onStand({ stand: { workflowRegistrationDelayMs: 40_000 } })
    await at.repository.commit({ files: WORKFLOW_FILES })
    await reconcile(at, 'SLAVE')
    expect(await active(at)).toEqual(['check.yml', 'sentinel.yml'])
  })

  it('gives up after a minute, and says which file', async () => {
    const at = await onStand({ stand: { workflowRegistrationDelayMs: 300_000 } })
    await at.repository.commit({ files: WORKFLOW_FILES })
    await expect(reconcile(at, 'SLAVE')).rejects.toMatchObject({ code: 'READBACK_MISMATCH', field: 'cron.yml' })
  })

  it('a file that must not run may be missing; one that must run may not', async () => {
    const at = await onStand()
    const { '.github/workflows/sentinel.yml': sentinel = '', ...others } = WORKFLOW_FILES
    await at.repository.commit({ files: { '.github/workflows/sentinel.yml': sentinel } })
    await expect(reconcile(at, 'SLAVE')).resolves.toContainEqual({
      file: 'cron.yml',
      expected: 'disabled',
      actual: 'absent',
    })
    await at.repository.commit({ files: { ...others, '.github/workflows/sentinel.yml': null } })
    const failure = await reconcile(at, 'SLAVE').catch((error) => error)
    expect(failure).toMatchObject({ code: 'READBACK_MISMATCH' })
    expect(failure.message).toBe('sentinel.yml should be active and is absent')
  })

  it('a state that does not take is no success', async () => {
    const at = await onStand()
    await at.repository.commit({ files: WORKFLOW_FILES })
    at.stand.faults.add({ match: { method: 'PUT', path: /\/disable$/ }, status: 204 })
    await expect(reconcile(at, 'SLAVE')).rejects.toMatchObject({ code: 'READBACK_MISMATCH', field: 'cron.yml' })
  })
})
