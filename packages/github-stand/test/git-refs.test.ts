import { beforeEach, describe, expect, it } from 'vitest'
import type { StandRepository } from '../src/index.js'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'

const LINE = 'POST /repos/alice/replica/git/refs'
const ABSENT = '0'.repeat(40)

describe('refs made without a push', () => {
  const held = checkedStand()
  let repository: StandRepository
  let token: string

  beforeEach(async () => {
    repository = await held.stand.createRepository({ owner: 'alice', name: 'replica' })
    token = held.stand.createToken({ account: 'alice', permissions: { contents: 'write' } })
  })

  it('need a commit that is there: 409 in an empty repository, 422 for one that nobody has', async () => {
    const body = { ref: 'refs/heads/side', sha: ABSENT }
    expect((await api(held.stand, LINE, { token, body })).status).toBe(409)
    const sha = await repository.commit({ files: { a: 'a' } })
    expect((await api(held.stand, LINE, { token, body })).status).toBe(422)
    expect((await api(held.stand, LINE, { token, body: { ...body, sha } })).status).toBe(201)
    expect((await repository.refs()).get('refs/heads/side')).toBe(sha)
    expect((await api(held.stand, LINE, { token, body: { ...body, sha } })).status).toBe(422)
  })

  it('need the right to write contents', async () => {
    const weak = held.stand.createToken({ account: 'alice', permissions: { contents: 'read' } })
    const body = { ref: 'refs/heads/side', sha: ABSENT }
    expect((await api(held.stand, LINE, { token: weak, body })).status).toBe(403)
  })
})
