import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'
import { WorkTree } from './support/git.js'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
const MINUTE_S = 60

describe('Apps', () => {
  const held = checkedStand()
  let appId: number
  let installation: number

  beforeEach(async () => {
    for (const name of ['one', 'two', 'three']) await held.stand.createRepository({ owner: 'backup', name })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const permissions = { contents: 'write', secrets: 'write', variables: 'read' } as const
    appId = held.stand.createApp({ slug: 'mirror', publicKey: pem, permissions })
    installation = held.stand.installApp({ appId, account: 'backup', repositories: ['backup/one', 'backup/two'] })
  })

  function assertion(change: { iat?: number; exp?: number; iss?: unknown } = {}, key: KeyObject = privateKey) {
    const nowS = Math.floor(held.stand.clock.nowMs() / 1000)
    const claims = { iat: nowS - MINUTE_S, exp: nowS + 9 * MINUTE_S, iss: appId, ...change }
    const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const signed = parts.join('.')
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`
  }

  async function issue(body?: unknown, token = assertion()) {
    return await api(held.stand, `POST /app/installations/${installation}/access_tokens`, { token, body })
  }

  it('find their installation by a repository', async () => {
    const found = await api(held.stand, 'GET /repos/backup/one/installation', { token: assertion() })
    expect(found).toMatchObject({ status: 200, body: { id: installation, app_id: appId } })
    expect(found.body.permissions).toEqual({ contents: 'write', secrets: 'write', actions_variables: 'read' })
    expect((await api(held.stand, 'GET /repos/backup/three/installation', { token: assertion() })).status).toBe(404)
  })

  it('get a token for an hour, for what they were installed on', async () => {
    const { status, body } = await issue()
    expect(status).toBe(201)
    const token = String(body.token)
    expect((await api(held.stand, 'GET /repos/backup/two/actions/variables', { token })).status).toBe(200)
    expect((await api(held.stand, 'GET /repos/backup/three', { token })).status).toBe(404)
    expect((await api(held.stand, 'GET /user', { token })).status).toBe(403)
    held.stand.clock.advance(59 * MINUTE_S * 1000)
    expect((await api(held.stand, 'GET /repos/backup/two', { token })).status).toBe(200)
    held.stand.clock.advance(MINUTE_S * 1000)
    expect((await api(held.stand, 'GET /repos/backup/two', { token })).status).toBe(401)
  })

  it('narrow it to repositories and permissions', async () => {
    const { body } = await issue({ repositories: ['one'], permissions: { contents: 'read' } })
    expect(body).toMatchObject({ repository_selection: 'selected', permissions: { contents: 'read' } })
    const token = String(body.token)
    expect((await api(held.stand, 'GET /repos/backup/one', { token })).status).toBe(200)
    expect((await api(held.stand, 'GET /repos/backup/two', { token })).status).toBe(404)
    const refused = await api(held.stand, 'GET /repos/backup/one/actions/secrets', { token })
    expect(refused).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } })
  })

  it.each<[string, unknown]>([
    ['a repository that is not theirs', { repositories: ['three'] }],
    ['a permission that is not theirs', { permissions: { administration: 'read' } }],
    ['more than theirs', { permissions: { actions_variables: 'write' } }],
    ['a permission that does not exist', { permissions: { everything: 'write' } }],
  ])('do not get %s', async (_, body) => {
    expect((await issue(body)).status).toBe(422)
  })

  it('are refused with a bad assertion', async () => {
    const nowS = Math.floor(held.stand.clock.nowMs() / 1000)
    expect((await issue({}, assertion({}, other.privateKey))).status).toBe(401)
    expect((await issue({}, assertion({ exp: nowS - 1 }))).body.message).toContain("('exp')")
    expect((await issue({}, assertion({ exp: nowS + 11 * MINUTE_S }))).body.message).toContain('too far in the future')
    expect((await issue({}, assertion({ iat: nowS + 5 * MINUTE_S }))).body.message).toContain("('iat')")
    expect((await issue({}, 'a.b.c')).status).toBe(401)
    expect((await issue({}, assertion({ iss: 1 }))).status).toBe(404)
  })

  it('live by the clock of the stand, which the date header tells', async () => {
    const real = Math.floor(Date.now() / 1000)
    held.stand.clock.advance(3_600_000)
    const refused = await issue({}, assertion({ iat: real - MINUTE_S, exp: real + 9 * MINUTE_S }))
    expect(refused.status).toBe(401)
    expect(Date.parse(refused.headers.get('date') ?? '') - Date.now()).toBeGreaterThan(3_500_000)
    expect((await issue()).status).toBe(201)
  })

  it('push, but no workflow files without the permission', async () => {
    const { body } = await issue()
    const tree = await WorkTree.make()
    const url = held.stand.gitUrl('backup/one')
    await tree.commit({ 'README.md': 'x' })
    expect((await tree.git(['push', url, 'main'], { token: String(body.token) })).code).toBe(0)
    await tree.commit({ '.github/workflows/a.yml': 'on: push' })
    const refused = await tree.git(['push', url, 'main'], { token: String(body.token) })
    expect(refused.output).toContain('refusing to allow a GitHub App to create or update workflow')
    expect(refused.output).toContain('without `workflows` permission')
    tree.remove()
  })
})
