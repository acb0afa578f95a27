import { beforeEach, describe, expect, it } from 'vitest'
import type { StandRepository } from '../src/index.js'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'

describe('contents and commits', () => {
  const held = checkedStand()
  let repository: StandRepository
  let token: string

  beforeEach(async () => {
    repository = await held.stand.createRepository({ owner: 'alice', name: 'primary' })
    token = held.stand.createToken({ account: 'alice', permissions: { contents: 'read' } })
  })

  async function get(path: string, headers = {}) {
    return await api(held.stand, `GET /repos/alice/primary/${path}`, { token, headers })
  }

  it('answer that nothing is there yet', async () => {
    expect((await get('contents/state/current.json')).status).toBe(404)
    expect((await get('commits/main')).status).toBe(409)
  })

  describe('of two commits', () => {
    let first: string
    let second: string
    const text = `${'ä long line of text '.repeat(20)}\n`

    beforeEach(async () => {
      first = await repository.commit({ files: { 'state/current.json': '{"n":1}', 'a b/ü.txt': text } })
      second = await repository.commit({ files: { 'state/current.json': '{"n":2}' }, message: 'two\n\nbody' })
    })

    it('give a file as base64 in lines, of the tip or of a ref', async () => {
      const { status, body } = await get('contents/state/current.json')
      expect(status).toBe(200)
      expect(body).toMatchObject({ type: 'file', encoding: 'base64', name: 'current.json', size: 7 })
      expect(Buffer.from(String(body.content), 'base64').toString()).toBe('{"n":2}')
      const before = await get(`contents/state/current.json?ref=${first}`)
      expect(Buffer.from(String(before.body.content), 'base64').toString()).toBe('{"n":1}')
      const other = await get(`contents/${encodeURIComponent('a b')}/${encodeURIComponent('ü.txt')}?ref=main`)
      expect(String(other.body.content).split('\n')[0]).toHaveLength(60)
      expect(Buffer.from(String(other.body.content), 'base64').toString()).toBe(text)
    })

    it('give it raw when asked to', async () => {
      const { body } = await get('contents/state/current.json', { accept: 'application/vnd.github.raw+json' })
      expect(body.text).toBe('{"n":2}')
    })

    it('list folders', async () => {
      const root = await get('contents')
      expect((root.body as unknown as { name: string; type: string }[]).map(({ name, type }) => [name, type])).toEqual([
        ['a b', 'dir'],
        ['state', 'dir'],
      ])
      const state = (await get('contents/state')).body as unknown as { path: string }[]
      expect(state.map(({ path }) => path)).toEqual(['state/current.json'])
    })

    it('answer 404 to what is not there', async () => {
      expect((await get('contents/nothing')).status).toBe(404)
      expect((await get('contents/state/current.json?ref=nothing')).status).toBe(404)
    })

    it.each(['main', 'heads/main', 'refs/heads/main', 'HEAD'])('find the tip by %s', async (ref) => {
      const { status, body } = await get(`commits/${ref}`)
      expect([status, body.sha]).toEqual([200, second])
      expect(body).toMatchObject({ commit: { message: 'two\n\nbody' }, parents: [{ sha: first }] })
    })

    it('give only the id when asked to, and 422 for what is no commit', async () => {
      const { body } = await get('commits/main', { accept: 'application/vnd.github.sha' })
      expect(body.text).toBe(second)
      expect((await get('commits/nothing')).status).toBe(422)
      expect((await get('commits/--all')).status).toBe(422)
    })

    it('give refs', async () => {
      expect((await get('git/ref/heads/main')).body).toMatchObject({ object: { type: 'commit', sha: second } })
      expect((await get('git/ref/heads/other')).status).toBe(404)
    })
  })

  it('leave large files without their content', async () => {
    await repository.commit({ files: { 'large.bin': new Uint8Array(1024 * 1024 + 1) } })
    expect((await get('contents/large.bin')).body).toMatchObject({ content: '', encoding: 'none', size: 1_048_577 })
  })
})
