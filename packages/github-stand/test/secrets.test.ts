import sodium from 'libsodium-wrappers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { StandRepository } from '../src/index.js'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'
import { seal } from './support/seal.js'

describe('secrets', () => {
  const held = checkedStand()
  let repository: StandRepository
  let token: string

  beforeEach(async () => {
    repository = await held.stand.createRepository({ owner: 'alice', name: 'replica' })
    token = held.stand.createToken({ account: 'alice', scopes: ['repo'] })
  })

  async function put(name: string, value: string | Uint8Array, keyId?: string) {
    const { body } = await api(held.stand, 'GET /repos/alice/replica/actions/secrets/public-key', { token })
    const encrypted_value = await seal(String(body.key), value)
    return await api(held.stand, `PUT /repos/alice/replica/actions/secrets/${name}`, {
      token,
      body: { encrypted_value, key_id: keyId ?? body.key_id },
    })
  }

  it.each([0, 1, 31, 32, 33, 1_000, 48 * 1024])('opens what libsodium sealed: %i bytes', async (length) => {
    const value = 'x'.repeat(length)
    expect((await put('API_KEY', value)).status).toBe(201)
    expect(repository.secrets.get('API_KEY')).toBe(value)
  })

  it('creates with 201, updates with 204, and shows names and times only', async () => {
    expect((await put('api_key', 'one')).status).toBe(201)
    expect((await put('API_key', 'two')).status).toBe(204)
    expect([...repository.secrets]).toEqual([['API_KEY', 'two']])
    const { body } = await api(held.stand, 'GET /repos/alice/replica/actions/secrets', { token })
    expect(body).toMatchObject({ total_count: 1, secrets: [{ name: 'API_KEY' }] })
    expect(JSON.stringify(body)).not.toContain('two')
    expect((await api(held.stand, 'GET /repos/alice/replica/actions/secrets/Api_Key', { token })).status).toBe(200)
  })

  it('refuses a seal for a former key with 422', async () => {
    const { body } = await api(held.stand, 'GET /repos/alice/replica/actions/secrets/public-key', { token })
    repository.rotateKey()
    expect((await put('API_KEY', 'one', String(body.key_id))).status).toBe(422)
    expect((await put('API_KEY', 'one')).status).toBe(201)
  })

  it('refuses what was not sealed for its key, or is no base64', async () => {
    const { publicKey } = sodium.crypto_box_keypair()
    const other = await seal(Buffer.from(publicKey).toString('base64'), 'one')
    const { keyId: key_id } = repository.secretStore.publicKey
    for (const encrypted_value of [other, 'AAAA', 'not base64 !', 7]) {
      const body = { encrypted_value, key_id }
      const answer = await api(held.stand, 'PUT /repos/alice/replica/actions/secrets/A', { token, body })
      expect(answer.status).toBe(422)
    }
    expect(repository.secrets.size).toBe(0)
  })

  it.each(['GITHUB_TOKEN', 'github_x', '1A', 'A-B', 'A%20B', '%C3%84'])('refuses the name %s', async (name) => {
    expect((await put(name, 'x')).status).toBe(422)
  })

  it('takes 48 KB and no byte more, 100 and not one more', async () => {
    expect((await put('LONG', 'x'.repeat(48 * 1024 + 1))).status).toBe(422)
    for (let index = 0; index < 100; index += 1) repository.setSecret(`S${index}`, 'x')
    expect((await put('ONE_MORE', 'x')).status).toBe(422)
    expect((await put('S99', 'y')).status).toBe(204)
  })

  it('deletes with 204, then 404', async () => {
    repository.setSecret('API_KEY', 'x')
    expect((await api(held.stand, 'DELETE /repos/alice/replica/actions/secrets/api_key', { token })).status).toBe(204)
    expect((await api(held.stand, 'DELETE /repos/alice/replica/actions/secrets/api_key', { token })).status).toBe(404)
  })

  it('shows 30 a page and 100 at most, with links', async () => {
    for (let index = 0; index < 70; index += 1) repository.setSecret(`S${index}`, 'x')
    const first = await api(held.stand, 'GET /repos/alice/replica/actions/secrets', { token })
    expect(first.body).toMatchObject({ total_count: 70 })
    expect(first.body.secrets).toHaveLength(30)
    expect(first.headers.get('link')).toContain('page=2>; rel="next"')
    expect(first.headers.get('link')).toContain('page=3>; rel="last"')
    const all = await api(held.stand, 'GET /repos/alice/replica/actions/secrets?per_page=1000', { token })
    expect(all.body.secrets).toHaveLength(70)
    expect(all.headers.get('link')).toBeNull()
  })
})
