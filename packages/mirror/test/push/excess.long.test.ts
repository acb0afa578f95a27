import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openRemoteGit, RefStore } from '../../src/fence/index.js'
import { createGitAccess } from '../../src/push/access.js'
import { pushCode } from '../../src/push/push.js'
import { git, refsOf, tipOf, Workshop } from './support/repositories.js'
import { requestFor } from './support/request.js'

const MIB = 2 ** 20
const LARGE_BYTES = 4 * MIB

let shop: Workshop

let scratch: string

beforeEach(() => {
  shop = new Workshop()
  scratch = join(shop.folder, 'scratch')
  mkdirSync(scratch)
  vi.stubEnv('TMPDIR', scratch)
})

afterEach(() => {
  expect(readdirSync(scratch)).toEqual([])
  vi.unstubAllEnvs()
  shop.remove()
})

/** A commit of somebody else with a file that does not get smaller, beside what was pushed. */
function largeCommit(bytes: number): string {
  const options = { cwd: shop.target, input: randomBytes(bytes) }
  const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], options).toString().trim()
  const entry = { cwd: shop.target, input: `100644 blob ${blob}\tlarge\n` }
  const tree = execFileSync('git', ['mktree'], entry).toString().trim()
  const tip = git(shop.target, 'commit-tree', tree, '-p', 'main', '-m', 'large')
  git(shop.target, 'update-ref', 'refs/heads/main', tip)
  return tip
}

/** In KiB, of everything that git keeps there, half-fetched files too. */
function sizeOf(folder: string): number {
  return Number(execFileSync('du', ['-sk', folder]).toString().split('\t')[0])
}

describe('a diverged target that sends more than an explanation needs', () => {
  it.each([
    ['history alone, where it can', 'true', 1],
    ['nothing, where it sends everything', 'false', null],
  ])('costs %s, and the source does not grow', async (_, allowFilter, behind) => {
    await pushCode(await requestFor(shop))
    git(shop.target, 'config', 'uploadpack.allowFilter', allowFilter)
    const theirs = largeCommit(LARGE_BYTES)
    shop.commit('ours')
    const before = sizeOf(shop.source)
    const request = { ...(await requestFor(shop)), explainedMaxBytes: MIB }
    const { refs } = await pushCode(request)
    expect(refs).toMatchObject([{ outcome: 'diverged', after: theirs, behind }])
    expect(sizeOf(shop.source)).toBe(before)
    expect(Object.keys(refsOf(shop.source))).toEqual(['refs/heads/main'])
  })
})

describe('work that is to be rescued', () => {
  it('is kept on the target, and the source does not grow', async () => {
    await pushCode(await requestFor(shop))
    const theirs = largeCommit(LARGE_BYTES)
    const ours = shop.commit('ours')
    const before = sizeOf(shop.source)
    const { refs } = await pushCode(await requestFor(shop, { target: { onDiverge: 'rescue' } }))
    expect(refs).toMatchObject([{ outcome: 'rescued', after: ours }])
    expect(Object.values(refsOf(shop.target)).sort()).toEqual([ours, theirs].sort())
    expect(sizeOf(shop.source)).toBe(before)
  })

  it('and is larger than is taken stays where it is, is named, and holds no other ref back', async () => {
    await pushCode(await requestFor(shop))
    const theirs = largeCommit(LARGE_BYTES)
    shop.commit('ours')
    const other = shop.commit('other', 'other')
    const request = await requestFor(shop, { target: { onDiverge: 'rescue' } })
    const { refs } = await pushCode({ ...request, rescuedMaxBytes: MIB })
    expect(refs).toMatchObject([
      { ref: 'refs/heads/main', outcome: 'rejected', code: 'TARGET_ANSWER_INVALID', after: theirs },
      { ref: 'refs/heads/other', outcome: 'created', after: other },
    ])
    expect(tipOf(shop.target, 'refs/heads/main')).toBe(theirs)
  })
})

describe('a target that lists refs without an end', () => {
  /** More than any limit of ours; a child that takes all of it is the failure that is looked for. */
  const END_BYTES = 1_024 * MIB
  /** What a child may have read beyond its limit, in the buffers of two sockets. */
  const SLACK_BYTES = 64 * MIB
  const LISTING_MEMORY_BYTES = 256 * MIB

  async function endless() {
    const counted = { sentBytes: 0 }
    const server = createServer((_, response) => advertise(response, counted, END_BYTES))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => close(server))
    return { counted, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x` }
  }

  it('is given up before the memory of this host is, by a push', async () => {
    const { counted, url } = await endless()
    const pushing = pushCode(await requestFor(shop, { url }))
    await expect(pushing).rejects.toMatchObject({ code: 'TARGET_ANSWER_INVALID', metadata: { reason: 'too-much' } })
    expect(counted.sentBytes).toBeLessThan(LISTING_MEMORY_BYTES + SLACK_BYTES)
  }, 60_000)

  it('and by whoever asks the fence', async () => {
    const { counted, url } = await endless()
    const access = await createGitAccess({
      url,
      username: 'git',
      credential: { kind: 'none' },
      caFile: null,
      proxies: {},
    })
    const signal = AbortSignal.timeout(60_000)
    const remote = await openRemoteGit({ folder: join(shop.folder, 'fence.git'), access: async () => access }, signal)
    const store = new RefStore(remote, { ref: 'refs/montana/epoch', file: 'epoch.json', bytesMax: 1_000 })
    await expect(store.read(signal)).rejects.toMatchObject({ code: 'TARGET_ANSWER_INVALID' })
    expect(counted.sentBytes).toBeLessThan(LISTING_MEMORY_BYTES + SLACK_BYTES)
  }, 60_000)
})

const LINES = 1_000

/** Git's own protocol, well-formed: refs, each with a name as long as names get. */
function advertise(response: ServerResponse, counted: { sentBytes: number }, endBytes: number): void {
  response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' })
  response.write('001e# service=git-upload-pack\n0000')
  const more = () => {
    while (counted.sentBytes < endBytes) {
      const chunk = refLines(counted.sentBytes)
      counted.sentBytes += chunk.length
      if (!response.write(chunk)) return void response.once('drain', more)
    }
    response.end('0000')
  }
  more()
}

function refLines(from: number): string {
  const rows = Array.from({ length: LINES }, (_, n) => `${'a'.repeat(40)} refs/heads/${'x'.repeat(180)}${from}-${n}\n`)
  return rows.map((row) => `${(row.length + 4).toString(16).padStart(4, '0')}${row}`).join('')
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
