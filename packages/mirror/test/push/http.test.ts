import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { type GithubStand, type StandRepository, startGithubStand } from '@montana/github-stand'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pushCode } from '../../src/push/push.js'
import type { PushProgress } from '../../src/push/run.js'
import { configHash, git, tipOf, Workshop } from './support/repositories.js'
import { type Changes, requestFor } from './support/request.js'

let shop: Workshop
let stand: GithubStand
let repository: StandRepository
let token: string
let url: string
let config: string

beforeEach(async () => {
  shop = new Workshop()
  stand = await startGithubStand()
  repository = await stand.createRepository({ owner: 'backup', name: 'replica', private: true })
  token = stand.createToken({ account: 'backup', scopes: ['repo', 'workflow'] })
  url = stand.gitUrl('backup/replica')
  config = configHash(shop.source)
})

afterEach(async () => {
  expect(configHash(shop.source)).toBe(config)
  shop.remove()
  await stand.close()
})

async function request(changes: Changes = {}) {
  return await requestFor(shop, { url, token, ...changes })
}

function hook(name: string, script: string): void {
  const path = join(repository.path, 'hooks', name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

/** Every argument list on this machine, as any of its users may read them. */
function commandLines(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')]
    } catch {
      return []
    }
  })
}

describe('git over http', () => {
  it('creates, moves and reads back', async () => {
    expect((await pushCode(await request())).refs).toMatchObject([{ outcome: 'created' }])
    const tip = shop.commit('second')
    const report = await pushCode(await request())
    expect(report).toMatchObject({ tip, lagCommits: 0, pushes: 1 })
    expect(await repository.tip()).toBe(tip)
  })

  it('rescues a foreign tip', async () => {
    await pushCode(await request())
    const theirs = await repository.commit({ files: { 'theirs.txt': 'theirs' } })
    const ours = shop.commit('ours')
    const report = await pushCode(await request({ target: { onDiverge: 'rescue' } }))
    expect(report.refs).toMatchObject([{ outcome: 'rescued', after: ours }])
    expect([...(await repository.refs()).values()].sort()).toEqual([ours, theirs].sort())
  })

  it('goes where it was told, whatever the source has set for its own pushes', async () => {
    const origin = new URL(url).origin
    git(shop.source, 'config', `http.${origin}/.extraHeader`, 'Authorization: Basic b3RoZXI6b3RoZXI=')
    git(shop.source, 'config', `http.${url}.extraHeader`, 'Authorization: Basic b3RoZXI6b3RoZXI=')
    git(shop.source, 'config', 'url.http://127.0.0.1:9/.insteadOf', `${origin}/`)
    git(shop.source, 'config', 'url.http://127.0.0.1:9/.pushInsteadOf', `${origin}/`)
    git(shop.source, 'config', 'push.pushOption', 'merge_request.create')
    git(shop.source, 'config', 'push.followTags', 'true')
    config = configHash(shop.source)
    expect((await pushCode(await request())).refs).toMatchObject([{ outcome: 'created' }])
  })

  it('refuses workflow files with a token that may not write them, and says so', async () => {
    const weak = stand.createToken({ account: 'backup', scopes: ['repo'] })
    const blob = execFileSync('git', ['-C', shop.source, 'hash-object', '-w', '--stdin'], { input: 'on: push\n' })
    git(shop.source, 'update-index', '--add', '--cacheinfo', `100644,${`${blob}`.trim()},.github/workflows/x.yml`)
    shop.commit('workflow', 'work')
    const report = await pushCode(await request({ token: weak }))
    expect(report.refs).toMatchObject([
      { ref: 'refs/heads/main', outcome: 'created' },
      { ref: 'refs/heads/work', outcome: 'rejected', code: 'WORKFLOW_SCOPE' },
    ])
  })

  it('a server that is killed in mid-push has taken nothing, and the next push completes', async () => {
    const fault = stand.faults.add({ match: { path: /receive-pack$/, method: 'POST' }, killAfterBytes: 10, times: 9 })
    await expect(pushCode(await request())).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' })
    expect((await repository.refs()).size).toBe(0)
    fault.remove()
    expect((await pushCode(await request())).refs).toMatchObject([{ outcome: 'created' }])
  })
})

describe('what a target answers', () => {
  it.each([
    [429, 'RATE_LIMITED'],
    [403, 'TARGET_FORBIDDEN'],
    [404, 'TARGET_NOT_FOUND'],
    [410, 'TARGET_NOT_FOUND'],
    [500, 'TARGET_UNREACHABLE'],
    [503, 'TARGET_UNREACHABLE'],
  ])('%i is %s', async (status, code) => {
    stand.faults.add({ match: { path: /info\/refs$/ }, status })
    await expect(pushCode(await request())).rejects.toMatchObject({ code, remedy: expect.any(String) })
  })

  it('a token that has expired is TARGET_AUTH, a stranger finds nothing, a reader may not write', async () => {
    const stranger = stand.createToken({ account: 'eve', scopes: ['repo'] })
    const reader = stand.createToken({ account: 'backup', permissions: { contents: 'read' } })
    await expect(pushCode(await request({ token: stranger }))).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
    await expect(pushCode(await request({ token: reader }))).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN' })
    stand.revokeToken(token)
    await expect(pushCode(await request())).rejects.toMatchObject({ code: 'TARGET_AUTH' })
  })

  it('a redirect is not followed', async () => {
    repository.rename('elsewhere')
    const old = url
    await expect(pushCode(await request({ url: old }))).rejects.toMatchObject({ code: 'TARGET_MOVED' })
    expect(stand.requests.list().filter(({ path }) => path.includes('elsewhere'))).toEqual([])
  })

  it('nobody listens: TARGET_UNREACHABLE', async () => {
    const nobody = request({ url: 'http://127.0.0.1:9/o/r.git' })
    await expect(pushCode(await nobody)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' })
  })
})

describe('scenario 6: token hunt', () => {
  it('the token is in no process list, configuration, history, report or progress while a push runs', async () => {
    hook('post-receive', 'sleep 1')
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
    const seen = new Set<string>()
    const progress: PushProgress[] = []
    const poll = setInterval(() => {
      for (const line of commandLines()) seen.add(line)
    }, 10)
    const report = await pushCode({ ...(await request()), onProgress: (step) => progress.push(step) })
    clearInterval(poll)
    const listed = execFileSync('git', ['-C', shop.source, 'log', '--all', '--format=%B%an%ae'], { encoding: 'utf8' })
    const lines = [...seen]
    expect(lines.filter((line) => /git .*push .*--porcelain/.test(line)).length).toBeGreaterThan(0)
    expect(lines.filter((line) => line.includes('remote-http')).length).toBeGreaterThan(0)
    expect(progress.length).toBeGreaterThan(0)
    const texts = [
      ...lines,
      JSON.stringify([report, progress]),
      listed,
      readFileSync(`${shop.source}/.git/config`, 'utf8'),
    ]
    for (const secret of [token, basic]) expect(texts.filter((text) => text.includes(secret))).toEqual([])
  })

  it('nor in an error, when the target repeats what it was sent', async () => {
    const echo = await startEcho()
    const address = echo.address()
    const port = typeof address === 'object' ? address?.port : 0
    const error = await pushCode(await request({ url: `http://127.0.0.1:${port}/o/r.git` })).catch((reason) => reason)
    echo.close()
    expect(error).toMatchObject({ code: 'TARGET_FORBIDDEN', message: expect.stringContaining('you sent') })
    const texts = `${error.stack} ${JSON.stringify(error)} ${JSON.stringify(error.metadata)}`
    expect(texts).not.toContain(token)
    expect(texts).not.toContain(Buffer.from(`x-access-token:${token}`).toString('base64'))
  })

  it('nor what a hook repeats', async () => {
    hook('update', `echo "told ${token}" >&2; exit 1`)
    const report = await pushCode(await request())
    expect(report.refs).toMatchObject([{ outcome: 'rejected', message: expect.stringContaining('told') }])
    expect(JSON.stringify(report)).not.toContain(token)
  })
})

async function startEcho(): Promise<Server> {
  const server = createServer(({ headers }, response) => {
    response.writeHead(403, { 'content-type': 'text/plain' }).end(`you sent ${headers.authorization} and ${token}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

describe('1,000 refs', () => {
  it('in step are found to be so within two seconds, in one contact', async () => {
    const main = tipOf(shop.source, 'main')
    const lines = Array.from({ length: 1_000 }, (_, n) => `create refs/heads/n${n} ${main}\n`).join('')
    execFileSync('git', ['-C', shop.source, 'update-ref', '--stdin'], { input: lines })
    git(shop.source, 'push', '--quiet', repository.path, 'refs/heads/*:refs/heads/*')
    const before = stand.requests.list().length
    const startMs = performance.now()
    const report = await pushCode(await request())
    const tookMs = performance.now() - startMs
    expect(report).toMatchObject({ pushes: 0, lagCommits: 0 })
    expect(report.refs.filter(({ outcome }) => outcome === 'equal').length).toBe(1_001)
    expect(stand.requests.list().length - before).toBeLessThanOrEqual(2)
    expect(tookMs).toBeLessThan(2_000)
  })
})
