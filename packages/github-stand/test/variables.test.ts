import { beforeEach, describe, expect, it } from 'vitest'
import type { StandRepository } from '../src/index.js'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'

const VARIABLES = '/repos/alice/replica/actions/variables'

describe('variables', () => {
  const held = checkedStand()
  let repository: StandRepository
  let token: string

  beforeEach(async () => {
    repository = await held.stand.createRepository({ owner: 'alice', name: 'replica' })
    token = held.stand.createToken({ account: 'alice', scopes: ['repo'] })
  })

  async function create(name: unknown, value: unknown) {
    return await api(held.stand, `POST ${VARIABLES}`, { token, body: { name, value } })
  }

  it('are created with 201 and no second time: 409, whatever the case', async () => {
    expect((await create('role', 'SLAVE')).status).toBe(201)
    expect((await create('ROLE', 'MASTER')).status).toBe(409)
    expect([...repository.variables]).toEqual([['ROLE', 'SLAVE']])
  })

  it('are changed by PATCH with 204, which answers 404 when there is none', async () => {
    repository.setVariable('ROLE', 'SLAVE')
    const patch = async (name: string, body: unknown) =>
      (await api(held.stand, `PATCH ${VARIABLES}/${name}`, { token, body })).status
    expect(await patch('role', { value: 'MASTER' })).toBe(204)
    expect(await patch('ROLE', { name: 'part' })).toBe(204)
    expect(await patch('ROLE', { value: 'x' })).toBe(404)
    expect([...repository.variables]).toEqual([['PART', 'MASTER']])
  })

  it('have no PUT', async () => {
    repository.setVariable('ROLE', 'SLAVE')
    const answer = await api(held.stand, `PUT ${VARIABLES}/ROLE`, { token, body: { value: 'MASTER' } })
    expect(answer.status).toBe(404)
    expect(repository.variables.get('ROLE')).toBe('SLAVE')
  })

  it('can be read back, and deleted once', async () => {
    repository.setVariable('ROLE', 'SLAVE')
    const one = await api(held.stand, `GET ${VARIABLES}/role`, { token })
    expect(one).toMatchObject({ status: 200, body: { name: 'ROLE', value: 'SLAVE' } })
    expect((await api(held.stand, `DELETE ${VARIABLES}/role`, { token })).status).toBe(204)
    expect((await api(held.stand, `DELETE ${VARIABLES}/role`, { token })).status).toBe(404)
    expect((await api(held.stand, `GET ${VARIABLES}/role`, { token })).status).toBe(404)
  })

  it.each([
    ['GITHUB_X', 'x'],
    ['1A', 'x'],
    ['A B', 'x'],
    ['', 'x'],
    ['A', 'x'.repeat(48 * 1024 + 1)],
    ['A', 7],
    [undefined, 'x'],
  ])('refuse %j with 422', async (name, value) => {
    expect((await create(name, value)).status).toBe(422)
    expect(repository.variables.size).toBe(0)
  })

  it('keep 48 KB exactly, and empty text', async () => {
    expect((await create('LONG', 'é'.repeat(24 * 1024))).status).toBe(201)
    expect((await create('EMPTY', '')).status).toBe(201)
    expect(repository.variables.get('EMPTY')).toBe('')
  })

  it('are at most 500', async () => {
    for (let index = 0; index < 500; index += 1) repository.setVariable(`V${index}`, 'x')
    expect((await create('MORE', 'x')).status).toBe(422)
  })

  it('come 10 a page and 30 at most; the links lead through all of them', async () => {
    for (let index = 0; index < 65; index += 1) repository.setVariable(`V${index}`, `${index}`)
    const standard = await api(held.stand, `GET ${VARIABLES}`, { token })
    expect(standard.body.variables).toHaveLength(10)
    const seen: unknown[] = []
    for (let next: string | undefined = `${VARIABLES}?per_page=100`; next !== undefined; ) {
      const { body, headers } = await api(held.stand, `GET ${next}`, { token })
      seen.push(body.variables)
      next = /<[^>]*?(\/repos[^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]
    }
    expect(seen.map((page) => (page as unknown[]).length)).toEqual([30, 30, 5])
    expect(new Set(seen.flat().map((variable) => (variable as { name: string }).name)).size).toBe(65)
  })
})
