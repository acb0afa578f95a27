import { beforeEach, describe, expect, it } from 'vitest'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'
import { WorkTree } from './support/git.js'

describe('faults', () => {
  const held = checkedStand()
  let token: string

  beforeEach(async () => {
    await held.stand.createRepository({ owner: 'alice', name: 'replica' })
    token = held.stand.createToken({ account: 'alice', scopes: ['repo'], label: 'mine' })
  })

  async function read(signal?: AbortSignal) {
    const init = { headers: { authorization: `Bearer ${token}` }, ...(signal && { signal }) }
    return await fetch(`${held.stand.url}/repos/alice/replica`, init)
  }

  it('strike what fits, as often as they shall, and first come first', async () => {
    const fault = held.stand.faults.add({
      match: { method: 'GET', path: '/repos/alice/replica', tokenLabel: 'mine' },
      ...{ status: 502, body: { message: 'bad gateway' }, headers: { 'retry-after': '7' }, times: 2 },
    })
    const first = await read()
    expect([first.status, first.headers.get('retry-after')]).toEqual([502, '7'])
    expect((await api(held.stand, 'GET /user', { token })).status).toBe(200)
    expect([(await read()).status, (await read()).status, fault.hits]).toEqual([502, 200, 2])
    const gone = held.stand.faults.add({ match: {}, status: 451 })
    expect((await read()).status).toBe(451)
    gone.remove()
    expect((await read()).status).toBe(200)
  })

  it('delay, and leave no one waiting who has gone', async () => {
    held.stand.faults.add({ match: {}, delayMs: 300, times: 1 })
    const started = performance.now()
    expect((await read()).status).toBe(200)
    expect(performance.now() - started).toBeGreaterThanOrEqual(290)
    held.stand.faults.add({ match: {}, delayMs: 3_600_000 })
    await expect(read(AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('are black holes, which do not hold the end of the stand', async () => {
    held.stand.faults.add({ match: {}, hang: true })
    await expect(read(AbortSignal.timeout(200))).rejects.toMatchObject({ name: 'TimeoutError' })
    read().catch(() => {})
    await expect.poll(() => held.stand.requests.length).toBe(2)
    expect([...held.stand.requests].map(({ status }) => status)).toEqual([null, null])
  })

  it('reset connections, before and after the deed', async () => {
    held.stand.faults.add({ match: {}, reset: true, times: 1 })
    await expect(read()).rejects.toThrow('fetch failed')
    held.stand.faults.add({ match: { method: 'POST' }, resetAfter: true, times: 1 })
    const body = { name: 'A', value: '1' }
    await expect(api(held.stand, 'POST /repos/alice/replica/actions/variables', { token, body })).rejects.toThrow()
    expect(held.stand.repository('alice/replica').variables.get('A')).toBe('1')
  })

  it('strike git too', async () => {
    const tree = await WorkTree.make()
    await tree.commit({ 'README.md': 'x' })
    const url = held.stand.gitUrl('alice/replica')
    const push = async () => (await tree.git(['push', url, 'main'], { token })).output
    held.stand.faults.add({ match: { path: /receive-pack$/ }, status: 503, times: 1 })
    expect(await push()).toContain('503')
    const hole = held.stand.faults.add({ match: { path: /info\/refs$/ }, hang: true })
    const slow = ['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=1', 'ls-remote', url]
    expect((await tree.git(slow, { token })).code).toBe(128)
    hole.remove()
    expect(await push()).toContain('main -> main')
    tree.remove()
  })
})

describe('the request log', () => {
  const held = checkedStand()

  it('keeps order, labels and keys, and never a value', async () => {
    await held.stand.createRepository({ owner: 'alice', name: 'replica' })
    const token = held.stand.createToken({ account: 'alice', scopes: ['repo'] })
    const body = { name: 'A', value: 'very secret' }
    await api(held.stand, 'POST /repos/alice/replica/actions/variables', { token, body })
    await api(held.stand, 'GET /repos/alice/replica/actions/variables?per_page=30', {
      ...{ token: 'ghp_unknown', base: held.stand.enterpriseApiUrl },
    })
    expect(held.stand.requests.list()).toMatchObject([
      ...[{ method: 'POST', status: 201, tokenLabel: 'alice classic', bodyKeys: ['name', 'value'], query: '' }],
      ...[{ method: 'GET', status: 401, tokenLabel: undefined, bodyKeys: [], query: 'per_page=30' }],
    ])
    expect(held.stand.requests.lines()[1]).toBe('GET /repos/alice/replica/actions/variables')
    expect(JSON.stringify(held.stand.requests.list())).not.toMatch(/very secret|ghp_/)
    held.stand.requests.clear()
    expect(held.stand.requests.length).toBe(0)
  })
})
