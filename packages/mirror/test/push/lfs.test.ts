import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGitAccess } from '../../src/push/access.js'
import { uploadLfs } from '../../src/push/lfs.js'
import { parseBlobs, pointerOf } from '../../src/push/lfs-pointer.js'
import { pushCode } from '../../src/push/push.js'
import { configHash, git, refsOf, tipOf, Workshop } from './support/repositories.js'
import { requestFor } from './support/request.js'

const CONTENT = 'a large file, in spirit\n'
const ID = createHash('sha256').update(CONTENT).digest('hex')
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${ID}\nsize ${CONTENT.length}\n`
const ATTRIBUTES = '*.bin filter=lfs diff=lfs merge=lfs -text\n'
const TOKEN = 'ghp_lfs0123456789abcdefghijklmnopqrst'

let shop: Workshop
let config: string

beforeEach(() => {
  shop = new Workshop()
  config = configHash(shop.source)
})

afterEach(() => {
  expect(configHash(shop.source)).toBe(config)
  shop.remove()
})

function add(path: string, content: string): void {
  const id = execFileSync('git', ['-C', shop.source, 'hash-object', '-w', '--stdin'], { input: content })
  git(shop.source, 'update-index', '--add', '--cacheinfo', `100644,${`${id}`.trim()},${path}`)
}

function addObject(): void {
  const path = lfsPath(join(shop.source, '.git'))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, CONTENT)
}

function lfsPath(gitFolder: string): string {
  return join(gitFolder, 'lfs/objects', ID.slice(0, 2), ID.slice(2, 4), ID)
}

function hasLfs(): boolean {
  try {
    execFileSync('git', ['lfs', 'version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Git without git-lfs beside it, even on a machine that has it. */
function hideLfs(): void {
  const folder = join(shop.folder, 'bin')
  mkdirSync(folder)
  for (const tool of ['git', 'sh']) execFileSync('ln', ['-s', `/usr/bin/${tool}`, join(folder, tool)])
  process.env.PATH = folder
}

describe('LFS', () => {
  const path = process.env.PATH

  afterEach(() => {
    process.env.PATH = path
  })

  it('without the tool no ref moves to a tree whose objects would be missing', async () => {
    add('.gitattributes', ATTRIBUTES)
    add('x.bin', POINTER)
    shop.commit('with LFS')
    hideLfs()
    await expect(pushCode(await requestFor(shop))).rejects.toMatchObject({ code: 'LFS_TOOL_MISSING' })
    expect(refsOf(shop.target)).toEqual({})
  })

  it('is seen when only the pointer is new and the attributes are older', async () => {
    add('below/.gitattributes', ATTRIBUTES)
    shop.commit('attributes')
    hideLfs()
    expect((await pushCode(await requestFor(shop))).refs).toMatchObject([{ outcome: 'created' }])
    add('below/x.bin', POINTER)
    shop.commit('pointer')
    await expect(pushCode(await requestFor(shop))).rejects.toMatchObject({ code: 'LFS_TOOL_MISSING' })
  })

  it('is off by configuration, and a text that looks like a pointer is none without attributes', async () => {
    add('x.bin', POINTER)
    shop.commit('text')
    hideLfs()
    expect((await pushCode(await requestFor(shop))).refs).toMatchObject([{ outcome: 'created' }])
    add('.gitattributes', ATTRIBUTES)
    add('y.bin', POINTER.replace(ID, '0'.repeat(64)))
    shop.commit('with LFS')
    const report = await pushCode(await requestFor(shop, { target: { lfs: 'off' } }))
    expect(report.refs).toMatchObject([{ outcome: 'fast-forwarded' }])
  })
})

describe.skipIf(!hasLfs())('LFS with git-lfs', () => {
  beforeEach(() => {
    add('.gitattributes', ATTRIBUTES)
    add('x.bin', POINTER)
    shop.commit('with LFS')
  })

  it('brings the objects, then the refs', async () => {
    addObject()
    expect((await pushCode(await requestFor(shop))).refs).toMatchObject([{ outcome: 'created' }])
    expect(existsSync(lfsPath(shop.target))).toBe(true)
  })

  it('moves no ref when the source lacks an object', async () => {
    await expect(pushCode(await requestFor(shop))).rejects.toMatchObject({ code: 'SOURCE_PARTIAL' })
    expect(refsOf(shop.target)).toEqual({})
  })

  it('authenticates over http without a trace in the configuration of the source', async () => {
    addObject()
    const { server, stored, url } = await startLfsServer()
    const credential = { kind: 'token', value: TOKEN } as const
    const access = await createGitAccess({ url, username: 'u', credential, caFile: null, proxies: {} })
    const call = { folder: shop.source, access, signal: AbortSignal.timeout(30_000), timeoutMs: 30_000 }
    await uploadLfs(call, [tipOf(shop.source, 'main') ?? ''], [])
    server.close()
    expect(stored).toEqual(new Map([[ID, CONTENT]]))
  })
})

/** The batch API of git-lfs, as far as an upload needs it; refuses whoever has no credential. */
async function startLfsServer(): Promise<{ server: Server; stored: Map<string, string>; url: string }> {
  const stored = new Map<string, string>()
  const basic = `Basic ${Buffer.from(`u:${TOKEN}`).toString('base64')}`
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    if (request.headers.authorization !== basic) return void response.writeHead(401).end()
    if (request.method === 'PUT') return put(stored, request, response, body)
    const { objects } = JSON.parse(body) as { objects: { oid: string; size: number }[] }
    const actions = (oid: string) => ({ upload: { href: `http://${request.headers.host}/store/${oid}` } })
    response.writeHead(200, { 'content-type': 'application/vnd.git-lfs+json' })
    response.end(JSON.stringify({ objects: objects.map((object) => ({ ...object, actions: actions(object.oid) })) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return { server, stored, url: `http://127.0.0.1:${port}/o/r.git` }
}

function put(stored: Map<string, string>, request: IncomingMessage, response: ServerResponse, body: string): void {
  stored.set(request.url?.split('/').at(-1) ?? '', body)
  response.writeHead(200).end()
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

describe('pointers', () => {
  it.each([
    [POINTER, ID],
    [POINTER.replace('oid', 'ext-0-foo sha256:00\noid'), ID],
    [`${POINTER}more`, null],
    ['version 1', null],
    ['', null],
  ])('%j', (text, id) => {
    expect(pointerOf(text)).toBe(id)
  })

  it('are cut out of what cat-file prints, whatever bytes they hold', () => {
    const bytes = Buffer.concat([
      Buffer.from('aa blob 3\n\n\xff\n\nbb blob 0\n\n', 'latin1'),
      Buffer.from('cc missing\n'),
    ])
    expect([...parseBlobs(bytes)]).toEqual([
      ['aa', '\n\xff\n'],
      ['bb', ''],
    ])
  })
})
