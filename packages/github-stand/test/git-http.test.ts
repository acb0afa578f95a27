import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GithubStand, type StandRepository, startGithubStand } from '../src/index.js'
import { WorkTree } from './support/git.js'

describe('git over http', () => {
  let stand: GithubStand
  let repository: StandRepository
  let tree: WorkTree
  let url: string
  let token: string

  beforeEach(async () => {
    stand = await startGithubStand()
    repository = await stand.createRepository({ owner: 'alice', name: 'replica' })
    url = stand.gitUrl('alice/replica')
    token = stand.createToken({ account: 'alice', scopes: ['repo', 'workflow'] })
    tree = await WorkTree.make()
    await tree.commit({ 'README.md': 'hello\n' })
  })

  afterEach(async () => {
    tree.remove()
    await stand.close()
  })

  async function push(refspec = 'main', as: string | null = token, to = url) {
    return await tree.git(['push', '--porcelain', to, refspec], as === null ? {} : { token: as })
  }

  it('takes a push and gives a clone', async () => {
    const tip = await tree.commit({ 'big.bin': Buffer.alloc(3_000_000, 7) })
    expect(await push()).toMatchObject({ code: 0 })
    expect(await repository.tip()).toBe(tip)
    expect((await tree.git(['clone', '--quiet', url, 'copy'], { token })).code).toBe(0)
    expect((await tree.git(['-C', 'copy', 'rev-parse', 'HEAD'])).output.trim()).toBe(tip)
  })

  it('takes packs that come in chunks', async () => {
    await tree.commit({ 'big.bin': crypto.getRandomValues(new Uint8Array(65_000)) })
    const pushed = await tree.git(['-c', 'http.postBuffer=1024', 'push', url, 'main'], { token })
    expect(pushed).toMatchObject({ code: 0 })
  })

  it.each([
    ['without a token', null, 128, /Authentication failed|terminal prompts disabled|could not read Username/],
    ['with an unknown token', 'ghp_unknown', 128, /Authentication failed|could not read Username/],
  ])('refuses %s', async (_, as, code, words) => {
    const result = await push('main', as)
    expect(result.code).toBe(code)
    expect(result.output).toMatch(words)
  })

  it('hides a private repository from a stranger and refuses a reader', async () => {
    const stranger = stand.createToken({ account: 'bob', scopes: ['repo'] })
    expect((await push('main', stranger)).output).toContain('not found')
    const reader = stand.createToken({ account: 'alice', permissions: { contents: 'read' } })
    expect((await push('main', reader)).output).toMatch(/403/)
    expect((await tree.git(['ls-remote', url], { token: reader })).code).toBe(0)
  })

  it('refuses workflow files without the scope, in GitHub’s words, and takes them with it', async () => {
    await push()
    await tree.commit({ '.github/workflows/cron.yml': 'on: push\n' })
    const weak = stand.createToken({ account: 'alice', scopes: ['repo'] })
    const words =
      'refusing to allow a Personal Access Token to create or update workflow `.github/workflows/cron.yml` without `workflow` scope'
    const refused = await push('main', weak)
    expect(refused.code).toBe(1)
    expect(refused.output).toContain(`!\trefs/heads/main:refs/heads/main\t[remote rejected] (${words})`)
    const both = await tree.git(['push', '--porcelain', url, 'main', 'main~1:refs/heads/other'], { token: weak })
    expect(both.output).toContain('*\tmain~1:refs/heads/other')
    const before = await repository.refs()
    const atomic = ['push', '--porcelain', '--atomic', url, 'main', 'main~1:refs/heads/third']
    const held = (await tree.git(atomic, { token: weak })).output
    expect(held).toContain(`(${words})`)
    expect(held).toContain('refs/heads/third\t[remote rejected] (atomic push failure)')
    expect(await repository.refs()).toEqual(before)
    const removed = await tree.git(['push', url, ':other'], { token: weak })
    expect(removed.code).toBe(0)
    expect((await push()).code).toBe(0)
    await tree.commit({ 'README.md': 'again\n' })
    expect((await push('main', weak)).code).toBe(0)
  })

  it('shows pull requests and refuses to change them', async () => {
    await push()
    await repository.addPullRequest(7, (await repository.tip()) ?? '')
    expect((await tree.git(['ls-remote', url], { token })).output).toContain('refs/pull/7/head')
    const refused = await push('HEAD:refs/pull/7/head')
    expect(refused.output).toContain('deny updating a hidden ref')
  })

  it('refuses a shallow push', async () => {
    await tree.commit({ 'README.md': 'two\n' })
    await tree.git(['clone', '--quiet', '--depth=1', `file://${tree.folder}`, 'shallow'])
    const refused = await tree.git(['-C', 'shallow', 'push', url, 'HEAD:refs/heads/main'], { token })
    expect(refused.output).toContain('shallow update not allowed')
  })

  it('redirects from a former name, and refuses pushes to an archived repository', async () => {
    await push()
    repository.rename('renamed')
    const strict = await tree.git(['-c', 'http.followRedirects=false', 'ls-remote', url], { token })
    expect(strict.code).not.toBe(0)
    expect((await tree.git(['ls-remote', url], { token })).output).toContain('refs/heads/main')
    repository.archive()
    await tree.commit({ 'README.md': 'two\n' })
    expect((await push('main', token, stand.gitUrl('alice/renamed'))).output).toContain('403')
  })

  it('answers 404 when the account is gone', async () => {
    await push()
    stand.removeAccount('alice')
    expect((await tree.git(['ls-remote', url], { token })).code).not.toBe(0)
    stand.restoreAccount('alice')
    expect((await tree.git(['ls-remote', url], { token })).code).toBe(0)
  })

  it('dies in mid-push, keeps the old tip, and takes the push again', async () => {
    await push()
    const before = await repository.tip()
    const tip = await tree.commit({ 'big.bin': crypto.getRandomValues(new Uint8Array(60_000)) })
    const fault = stand.faults.add({ match: { path: /git-receive-pack$/ }, killAfterBytes: 10_000, times: 1 })
    expect((await push()).code).not.toBe(0)
    expect(fault.hits).toBe(1)
    expect(await repository.tip()).toBe(before)
    expect((await push()).code).toBe(0)
    expect(await repository.tip()).toBe(tip)
  })

  it('logs each request with the label of its token and never the token', async () => {
    await push()
    expect(stand.requests.lines()).toEqual([
      'GET /alice/replica.git/info/refs',
      'POST /alice/replica.git/git-receive-pack',
    ])
    expect([...stand.requests].map(({ status, tokenLabel }) => [status, tokenLabel])).toEqual([
      [200, 'alice classic'],
      [200, 'alice classic'],
    ])
    expect(JSON.stringify(stand.requests.list())).not.toContain(token)
  })
})
