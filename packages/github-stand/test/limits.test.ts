import { beforeEach, describe, expect, it } from 'vitest'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'

const VARIABLES = '/repos/alice/replica/actions/variables'

describe('limits', () => {
  const held = checkedStand()
  let token: string

  beforeEach(async () => {
    await held.stand.createRepository({ owner: 'alice', name: 'replica' })
    token = held.stand.createToken({ account: 'alice', scopes: ['repo'] })
  })

  async function read() {
    return await api(held.stand, 'GET /repos/alice/replica', { token })
  }

  it('are told with each answer, and GET /rate_limit costs nothing', async () => {
    const { headers } = await read()
    expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual(['5000', '4999'])
    const { body } = await api(held.stand, 'GET /rate_limit', { token })
    expect(body).toMatchObject({ rate: { limit: 5000, remaining: 4999, used: 1 } })
    const inS = Number(headers.get('x-ratelimit-reset')) - held.stand.clock.nowMs() / 1000
    expect(inS).toBeGreaterThan(3_500)
    expect(inS).toBeLessThanOrEqual(3_601)
  })

  it.each([403, 429] as const)('end in %i, which says when they begin anew', async (exhaustedStatus) => {
    held.stand.limits.configure({ exhaustedStatus })
    held.stand.limits.exhaust('Alice')
    const { status, headers } = await read()
    expect([status, headers.get('x-ratelimit-remaining')]).toEqual([exhaustedStatus, '0'])
    expect(headers.get('retry-after')).toBeNull()
    held.stand.clock.advance(3_600_000)
    expect((await read()).status).toBe(200)
  })

  it('are those of an account, and fewer for nobody in particular', async () => {
    held.stand.limits.exhaust('alice')
    const second = held.stand.createToken({ account: 'alice', permissions: {} })
    expect((await api(held.stand, 'GET /user', { token: second })).status).toBe(403)
    const bob = held.stand.createToken({ account: 'bob', scopes: [] })
    expect((await api(held.stand, 'GET /user', { token: bob })).status).toBe(200)
    expect((await api(held.stand, 'GET /user')).headers.get('x-ratelimit-limit')).toBe('60')
  })

  async function write() {
    return await api(held.stand, `PATCH ${VARIABLES}/NONE`, { token, body: { value: 'x' } })
  }

  it('let 80 changes through in a minute; the next is told to wait', async () => {
    for (let index = 0; index < 80; index += 1) expect((await write()).status).toBe(404)
    const over = await write()
    expect([over.status, over.headers.get('retry-after')]).toEqual([403, '60'])
    expect(over.body.message).toMatch(/^You have exceeded a secondary rate limit/)
    expect(Number(over.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0)
    expect((await read()).status).toBe(200)
    held.stand.clock.advance(60_000)
    expect((await write()).status).toBe(404)
  })

  it('let 500 changes through in an hour', async () => {
    held.stand.limits.configure({ contentPerHour: 10 })
    for (let index = 0; index < 10; index += 1) {
      expect((await write()).status).toBe(404)
      held.stand.clock.advance(60_000)
    }
    expect((await write()).status).toBe(403)
    held.stand.clock.advance(50 * 60_000)
    expect((await write()).status).toBe(404)
  })

  it('count five points for a change and one for a read, 900 a minute', async () => {
    held.stand.limits.configure({ pointsPerMinute: 20 })
    for (let index = 0; index < 3; index += 1) expect((await write()).status).toBe(404)
    for (let index = 0; index < 5; index += 1) expect((await read()).status).toBe(200)
    expect(await read()).toMatchObject({ status: 403 })
  })

  it('let so many run at once and no more', async () => {
    held.stand.limits.configure({ concurrent: 1 })
    // The answer waits for a process of git: the others arrive meanwhile.
    const crowd = Array.from({ length: 8 }, () => api(held.stand, 'GET /repos/alice/replica/commits/main', { token }))
    const statuses = (await Promise.all(crowd)).map(({ status }) => status)
    expect(statuses).toContain(409)
    expect(statuses).toContain(403)
    expect((await read()).status).toBe(200)
  })
})
