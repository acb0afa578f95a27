import { beforeEach, describe, expect, it } from 'vitest'
import type { StandRepository } from '../src/index.js'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'

describe('a repository', () => {
  const held = checkedStand()
  let repository: StandRepository
  let token: string

  beforeEach(async () => {
    repository = await held.stand.createRepository({ owner: 'alice', name: 'Service' })
    token = held.stand.createToken({ account: 'alice', scopes: ['repo'] })
  })

  it('is found by name in any case and by its number, below both bases', async () => {
    const { url, enterpriseApiUrl } = held.stand
    for (const base of [url, enterpriseApiUrl]) {
      for (const path of ['/repos/alice/Service', '/repos/ALICE/service', `/repositories/${repository.id}`]) {
        const { status, body } = await api(held.stand, `GET ${path}`, { token, base })
        expect(status).toBe(200)
        expect(body).toMatchObject({
          ...{ id: repository.id, full_name: 'alice/Service', default_branch: 'main', archived: false, private: true },
          ...{ url: `${base}/repos/alice/Service`, clone_url: `${url}/alice/Service.git` },
          permissions: { admin: true, push: true },
        })
      }
    }
  })

  it('moves: 301 for reads and 307 for writes, to the form with the number', async () => {
    repository.rename('renamed')
    const read = await api(held.stand, 'GET /repos/alice/service', { token })
    expect([read.status, read.headers.get('location')]).toEqual([
      301,
      `${held.stand.url}/repositories/${repository.id}`,
    ])
    const write = await api(held.stand, 'DELETE /repos/alice/service/actions/variables/A?x=1', { token })
    expect(write.status).toBe(307)
    const { pathname } = new URL(write.headers.get('location') ?? '')
    expect(pathname).toBe(`/repositories/${repository.id}/actions/variables/A`)
    const followed = await fetch(`${held.stand.url}/repos/alice/service`, {
      headers: { authorization: `token ${token}` },
    })
    expect(await followed.json()).toMatchObject({ full_name: 'alice/renamed' })
  })

  it('leaves its former name to whoever takes it', async () => {
    repository.rename('renamed')
    const other = await held.stand.createRepository({ owner: 'alice', name: 'service' })
    const { status, body } = await api(held.stand, 'GET /repos/alice/service', { token })
    expect([status, body.id]).toEqual([200, other.id])
    await expect(held.stand.createRepository({ owner: 'alice', name: 'RENAMED' })).rejects.toMatchObject({
      code: 'STAND_CONFLICT',
    })
  })

  it('is hidden from strangers, from nobody in particular, and when it is deleted', async () => {
    const stranger = held.stand.createToken({ account: 'bob', scopes: ['repo'] })
    expect((await api(held.stand, 'GET /repos/alice/service', { token: stranger })).status).toBe(404)
    expect((await api(held.stand, 'GET /repos/alice/service')).status).toBe(404)
    await repository.delete()
    expect((await api(held.stand, 'GET /repos/alice/service', { token })).status).toBe(404)
  })

  it('is gone with its account, whose tokens are refused', async () => {
    const bob = held.stand.createToken({ account: 'bob', scopes: ['repo'] })
    const open = await held.stand.createRepository({ owner: 'alice', name: 'open', private: false })
    held.stand.removeAccount('alice')
    expect((await api(held.stand, 'GET /repos/alice/open', { token })).status).toBe(401)
    expect((await api(held.stand, `GET /repositories/${open.id}`, { token: bob })).status).toBe(404)
    held.stand.restoreAccount('alice')
    expect((await api(held.stand, 'GET /repos/alice/open', { token: bob })).status).toBe(200)
  })

  it('refuses changes when it is archived, and is still read', async () => {
    repository.archive()
    const body = { name: 'A', value: 'x' }
    expect((await api(held.stand, 'POST /repos/alice/service/actions/variables', { token, body })).status).toBe(403)
    expect((await api(held.stand, 'GET /repos/alice/service', { token })).body).toMatchObject({ archived: true })
  })

  it('answers 404 to what is no path, and 400 to what is no JSON', async () => {
    expect((await api(held.stand, 'GET /repos/alice/service/nothing', { token })).status).toBe(404)
    const answer = await api(held.stand, 'POST /repos/alice/service/actions/variables', { token, body: '{' })
    expect(answer).toMatchObject({ status: 400, body: { message: 'Problems parsing JSON' } })
  })
})
