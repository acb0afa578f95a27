import { beforeEach, describe, expect, it } from 'vitest'
import type { Permission, Permissions } from '../src/index.js'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'

const REPOSITORY = '/repos/alice/replica'
const DISPATCH = `POST ${REPOSITORY}/actions/workflows/cron.yml/dispatches`

/** Each operation with what it needs, and what it answers to one who has that. */
const OPERATIONS: readonly [string, Permission, 'read' | 'write', number, unknown?][] = [
  [`GET ${REPOSITORY}`, 'metadata', 'read', 200],
  [`GET ${REPOSITORY}/actions/secrets`, 'secrets', 'read', 200],
  [`GET ${REPOSITORY}/actions/secrets/public-key`, 'secrets', 'read', 200],
  [`PUT ${REPOSITORY}/actions/secrets/A`, 'secrets', 'write', 422, {}],
  [`DELETE ${REPOSITORY}/actions/secrets/A`, 'secrets', 'write', 404],
  [`GET ${REPOSITORY}/actions/variables`, 'variables', 'read', 200],
  [`POST ${REPOSITORY}/actions/variables`, 'variables', 'write', 201, { name: 'A', value: '1' }],
  [`PATCH ${REPOSITORY}/actions/variables/B`, 'variables', 'write', 404, { value: '1' }],
  [`DELETE ${REPOSITORY}/actions/variables/B`, 'variables', 'write', 404],
  [`GET ${REPOSITORY}/actions/workflows`, 'actions', 'read', 200],
  [`PUT ${REPOSITORY}/actions/workflows/cron.yml/enable`, 'actions', 'write', 204],
  [`PUT ${REPOSITORY}/actions/workflows/cron.yml/disable`, 'actions', 'write', 204],
  [DISPATCH, 'actions', 'write', 204, { ref: 'main' }],
  [`GET ${REPOSITORY}/actions/runs`, 'actions', 'read', 200],
  [`POST ${REPOSITORY}/actions/runs/1/cancel`, 'actions', 'write', 404],
  [`GET ${REPOSITORY}/actions/permissions`, 'administration', 'read', 200],
  [`PUT ${REPOSITORY}/actions/permissions`, 'administration', 'write', 204, { enabled: true }],
  [`GET ${REPOSITORY}/contents/README.md`, 'contents', 'read', 200],
  [`GET ${REPOSITORY}/commits/main`, 'contents', 'read', 200],
]

const ALL: Permissions = {
  ...{ metadata: 'read', contents: 'write', workflows: 'write', secrets: 'write', variables: 'write' },
  ...{ actions: 'write', administration: 'write' },
}

describe('tokens', () => {
  const held = checkedStand()

  beforeEach(async () => {
    const repository = await held.stand.createRepository({
      ...{ owner: 'alice', name: 'replica', collaborators: { reader: 'read', writer: 'write' } },
    })
    await held.stand.createRepository({ owner: 'alice', name: 'other' })
    const cron = 'on: {workflow_dispatch: {}, schedule: [{cron: "1 * * * *"}]}'
    await repository.commit({ files: { 'README.md': 'x', '.github/workflows/cron.yml': cron } })
  })

  function without(permission: Permission, access: 'read' | 'write'): Permissions {
    const { [permission]: _, ...others } = ALL
    return access === 'write' ? { ...others, [permission]: 'read' } : others
  }

  it.each(OPERATIONS)('%s needs %s: %s', async (line, permission, access, status, body) => {
    const asked = async (token: string) => await api(held.stand, line, { token, body })
    const account = 'alice'
    // What was created once cannot be created again.
    const granted = status === 201 ? [201, 409] : [status]

    const needed = held.stand.createToken({ account, permissions: { [permission]: access } })
    expect((await asked(needed)).status).toBe(status)
    if (permission !== 'metadata') {
      const lacking = await asked(held.stand.createToken({ account, permissions: without(permission, access) }))
      const message = 'Resource not accessible by personal access token'
      expect(lacking).toMatchObject({ status: 403, body: { message } })
      const name = permission === 'variables' ? 'actions_variables' : permission
      expect(lacking.headers.get('x-accepted-github-permissions')).toBe(`${name}=${access}`)
    }

    const classic = async (login: string, scopes: 'repo'[] = ['repo']) =>
      (await asked(held.stand.createToken({ account: login, scopes }))).status
    expect(granted).toContain(await classic('alice'))
    expect(await classic('alice', [])).toBe(404)
    expect(await classic('stranger')).toBe(404)
    const forWriters = permission === 'administration' ? [403] : granted
    expect(forWriters).toContain(await classic('writer'))
    expect(access === 'read' ? forWriters : [403]).toContain(await classic('reader'))

    const ofWorkflow = await asked(held.stand.createWorkflowToken('alice/replica', ALL))
    if (permission === 'variables' || permission === 'secrets') {
      expect(ofWorkflow).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } })
    } else expect(granted).toContain(ofWorkflow.status)
  })

  it('reach only the repositories that they were made for', async () => {
    const options = { account: 'alice', permissions: ALL, repositories: ['alice/other'] }
    const token = held.stand.createToken(options)
    expect((await api(held.stand, 'GET /repos/alice/other', { token })).status).toBe(200)
    expect((await api(held.stand, `GET ${REPOSITORY}`, { token })).status).toBe(404)
    const workflow = held.stand.createWorkflowToken('alice/other', ALL)
    expect((await api(held.stand, `GET ${REPOSITORY}`, { token: workflow })).status).toBe(404)
  })

  it('tell their scopes and when they end, and end then', async () => {
    const expiresInMs = 14 * 86_400_000
    const token = held.stand.createToken({ account: 'alice', scopes: ['repo', 'workflow'], expiresInMs })
    const { headers } = await api(held.stand, `GET ${REPOSITORY}`, { token })
    expect(headers.get('x-oauth-scopes')).toBe('repo, workflow')
    const told = Date.parse(headers.get('github-authentication-token-expiration')?.replace(' UTC', 'Z') ?? '')
    expect(Math.abs(told - Date.now() - expiresInMs)).toBeLessThan(60_000)
    held.stand.clock.advance(expiresInMs)
    expect(await api(held.stand, `GET ${REPOSITORY}`, { token })).toMatchObject({
      ...{ status: 401, body: { message: 'Bad credentials' } },
    })
  })

  it('are refused when unknown or revoked, in each form of the header', async () => {
    const token = held.stand.createToken({ account: 'alice', scopes: ['repo'] })
    const basic = `Basic ${Buffer.from(`any:${token}`).toString('base64')}`
    for (const authorization of [`token ${token}`, `bearer ${token}`, basic]) {
      expect((await api(held.stand, 'GET /user', { headers: { authorization } })).body.login).toBe('alice')
    }
    held.stand.revokeToken(token)
    for (const authorization of [`token ${token}`, 'Bearer ghp_unknown', basic, 'nonsense']) {
      expect((await api(held.stand, 'GET /user', { headers: { authorization } })).status).toBe(401)
    }
    expect((await api(held.stand, 'GET /user')).status).toBe(401)
  })

  it('leave what is public to everyone', async () => {
    await held.stand.createRepository({ owner: 'alice', name: 'open', private: false })
    expect((await api(held.stand, 'GET /repos/alice/open')).status).toBe(200)
    expect((await api(held.stand, 'GET /repos/alice/open/actions/workflows')).status).toBe(200)
    expect((await api(held.stand, 'GET /repos/alice/open/actions/variables')).status).toBe(401)
    const stranger = held.stand.createToken({ account: 'bob', scopes: ['repo'] })
    expect((await api(held.stand, 'GET /repos/alice/open/actions/secrets', { token: stranger })).status).toBe(403)
  })
})
