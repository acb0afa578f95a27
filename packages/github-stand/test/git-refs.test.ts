import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GithubStand, type StandRepository, startGithubStand } from '../src/index.js'
import { api } from './support/api.js'

const LINE = 'POST /repos/alice/replica/git/refs'
const ABSENT = '0'.repeat(40)

describe('refs made without a push', () => {
  let stand: GithubStand
  let repository: StandRepository
  let token: string

  beforeEach(async () => {
    stand = await startGithubStand()
    repository = await stand.createRepository({ owner: 'alice', name: 'replica' })
    token = stand.createToken({ account: 'alice', permissions: { contents: 'write' } })
  })

  afterEach(async () => {
    await stand.close()
  })

  it('need a commit that is there: 409 in an empty repository, 422 for one that nobody has', async () => {
    const body = { ref: 'refs/heads/side', sha: ABSENT }
    expect((await api(stand, LINE, { token, body })).status).toBe(409)
    const sha = await repository.commit({ files: { a: 'a' } })
    expect((await api(stand, LINE, { token, body })).status).toBe(422)
    expect((await api(stand, LINE, { token, body: { ...body, sha } })).status).toBe(201)
    expect((await repository.refs()).get('refs/heads/side')).toBe(sha)
    expect((await api(stand, LINE, { token, body: { ...body, sha } })).status).toBe(422)
  })

  it('need the right to write contents', async () => {
    const weak = stand.createToken({ account: 'alice', permissions: { contents: 'read' } })
    const body = { ref: 'refs/heads/side', sha: ABSENT }
    expect((await api(stand, LINE, { token: weak, body })).status).toBe(403)
  })
})
