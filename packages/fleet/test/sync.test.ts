import { chown, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  DocumentServer,
  MANIFEST_KIND,
  type ManifestDocument,
  parseSource,
  readJobRecord,
  type SyncInit,
  syncDocument,
} from '../src/index.js'
import { documentBytes, manifestOf, signAll } from './manifest-support.js'
import { DAY_MS, type Fleet, fleetOf, NOW, scratch, verify } from './support.js'

let fleet: Fleet
let stateDir: string
let folder: string
let nowMs: number
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  fleet = await fleetOf(3, 2)
})
beforeEach(async () => {
  stateDir = await scratch()
  folder = await scratch()
  nowMs = NOW
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const issue = async (version: number, over: Partial<ManifestDocument> = {}, by = [0, 1]) =>
  documentBytes(await signAll(await manifestOf({ version, ...over }), fleet, by))

/** A file source with these bytes; without, one that is not there. */
async function file(name: string, bytes?: Uint8Array): Promise<string> {
  const path = join(folder, name)
  if (bytes) await writeFile(path, bytes)
  else await rm(path, { force: true })
  return path
}

async function sync(texts: readonly string[], over: Partial<SyncInit<ManifestDocument>> = {}) {
  const sources = texts.map((text) => parseSource(text, 'manifest'))
  const time = { wallMs: () => nowMs, monotonicMs: () => nowMs }
  const modules = { trust: fleet.trust, verify }
  const init = { job: 'manifest', name: 'manifest', kind: MANIFEST_KIND, stateDir, sources, modules, time, ...over }
  return await syncDocument(init, new AbortController().signal)
}

const inForce = async () => JSON.parse(await readFile(join(stateDir, 'manifest.json'), 'utf8')).version as number

/** What is on disk, but for the record of the run and the lock. */
async function tree(): Promise<string[]> {
  const names = (await readdir(stateDir)).filter((name) => name !== 'jobs' && !name.endsWith('.db')).sort()
  const facts = names.map(async (name) => `${name} ${(await stat(join(stateDir, name), { bigint: true })).mtimeNs}`)
  return await Promise.all(facts)
}

async function web(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a sync', () => {
  it('puts the highest valid version in force, for everybody to read, and does nothing a second time', async () => {
    const sources = [
      await file('a', await issue(2)),
      await file('b', await issue(3)),
      await file('c', await issue(9, {}, [0])),
    ]
    const first = await sync(sources)
    expect(first).toMatchObject({ outcome: 'new', code: 'OK', answers: 3 })
    expect(first.sources.map(({ code }) => code)).toEqual(['DOC_ROLLBACK', 'OK', 'DOC_SIGNATURES'])
    expect(await inForce()).toBe(3)
    expect((await stat(join(stateDir, 'manifest.json'))).mode & 0o777).toBe(0o644)
    const before = await tree()
    nowMs += 600_000
    expect(await sync(sources)).toMatchObject({ outcome: 'same' })
    expect(await tree()).toEqual(before)
    const record = await readJobRecord(stateDir, 'manifest')
    expect(record).toMatchObject({ last_success: '2026-05-01T12:10:00.000Z', code: 'OK', runs: { ok: 2, failed: 0 } })
    expect(record?.document).toMatchObject({ kind: 'manifest', version: 3, state: 'valid' })
  })

  it('changes nothing when sources are away, refused, over or older, and keeps the last success apart', async () => {
    const [a, b] = [await file('a', await issue(5)), await file('b')]
    expect(await sync([a, b])).toMatchObject({ outcome: 'new', answers: 1 })
    const before = await tree()
    nowMs += 1000
    const cases = [
      { bytes: undefined, code: 'SOURCE_FAILED' },
      { bytes: await issue(6, {}, [2]), code: 'DOC_SIGNATURES' },
      { bytes: await issue(6, { not_after: new Date(NOW).toISOString() }), code: 'DOC_EXPIRED' },
      { bytes: await issue(6, { peers: [] }), code: 'DOC_INVALID' },
      { bytes: new Uint8Array(2 * 1024 * 1024).fill(32), code: 'DOC_TOO_LARGE' },
      { bytes: await issue(4), code: 'DOC_ROLLBACK' },
    ]
    for (const { bytes, code } of cases) {
      await file('a', bytes)
      expect(await sync([a, b])).toMatchObject({ outcome: 'none', code })
      expect(await tree()).toEqual(before)
    }
    const record = await readJobRecord(stateDir, 'manifest')
    expect(record).toMatchObject({
      ...{ last_success: '2026-05-01T12:00:00.000Z', last_attempt: '2026-05-01T12:00:01.000Z', code: 'DOC_ROLLBACK' },
      document: { version: 5, state: 'rollback' },
    })
  })

  it('takes neither of two documents of one version, stores both, and says so until a higher one comes', async () => {
    const [a, b] = [await file('a', await issue(5)), await file('b', await issue(5))]
    await sync([a, b])
    await file('a', await issue(6))
    await file('b', await issue(6, { not_after: new Date(NOW + DAY_MS).toISOString() }))
    expect(await sync([a, b])).toMatchObject({
      outcome: 'none',
      code: 'DOC_EQUIVOCATION',
      record: { document: { state: 'equivocation' } },
    })
    expect(await inForce()).toBe(5)
    expect((await readdir(stateDir)).filter((name) => name.startsWith('manifest.equivocation-6-'))).toHaveLength(2)
    await file('b')
    expect(await sync([a, b])).toMatchObject({ outcome: 'none', code: 'DOC_EQUIVOCATION' })
    await file('b', await issue(7))
    expect(await sync([a, b])).toMatchObject({ outcome: 'new', record: { document: { version: 7, state: 'valid' } } })
  })

  it('keeps an expired manifest in force and takes no expired one', async () => {
    const sources = [await file('a', await issue(5)), await file('b', await issue(5))]
    await sync(sources)
    nowMs += 80 * DAY_MS
    expect(await sync(sources)).toMatchObject({ outcome: 'same', record: { document: { state: 'expiring' } } })
    nowMs += 20 * DAY_MS
    expect(await sync(sources)).toMatchObject({
      outcome: 'none',
      code: 'DOC_EXPIRED',
      record: { document: { state: 'expired' } },
    })
    expect(await inForce()).toBe(5)
  })

  it('is degraded when fewer than two sources answered three times in a row', async () => {
    const sources = [await file('a', await issue(5)), await file('b')]
    const degraded: string[][] = []
    for (const _ of [1, 2, 3, 4]) degraded.push((await sync(sources)).record.degraded)
    expect(degraded).toEqual([[], [], ['SYNC_SOURCES'], ['SYNC_SOURCES']])
    await file('b', await issue(5))
    expect((await sync(sources)).record.degraded).toEqual([])
  })

  it('takes an older version only by hand, and that is written down', async () => {
    const sources = [await file('a', await issue(5)), await file('b', await issue(5))]
    await sync(sources)
    await file('a', await issue(3))
    await file('b', await issue(3))
    expect(await sync(sources)).toMatchObject({ outcome: 'none', code: 'DOC_ROLLBACK' })
    expect(await sync(sources, { allowVersion: 4 })).toMatchObject({ outcome: 'none' })
    expect(await sync(sources, { allowVersion: 3 })).toMatchObject({ outcome: 'new' })
    expect(await inForce()).toBe(3)
    const lines = (await readFile(join(stateDir, 'audit.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ action, version, highest_seen }) => [action, version, highest_seen])).toEqual([
      ['accept-version', 4, 5],
      ['accept-version', 3, 5],
    ])
    expect(await sync(sources)).toMatchObject({ outcome: 'same' })
  })

  it('takes the version that an operator names before a higher one that is offered beside it', async () => {
    const sources = [await file('a', await issue(3)), await file('b', await issue(5))]
    expect(await sync(sources, { allowVersion: 3 })).toMatchObject({ outcome: 'new' })
    expect(await inForce()).toBe(3)
    await sync(sources)
    expect(await inForce()).toBe(5)
    expect(await sync(sources, { allowVersion: 3 })).toMatchObject({ outcome: 'new' })
    expect(await inForce()).toBe(3)
  })

  const isRoot = process.getuid?.() === 0
  it.skipIf(!isRoot)('leaves nothing of root in a folder of a service (needs root)', async () => {
    const owner = 12_345
    await chown(stateDir, owner, owner)
    const outside = await file('outside', await issue(1))
    await symlink(outside, join(stateDir, 'link'))
    await sync([await file('a', await issue(2)), await file('b', await issue(2))], { allowVersion: 2 })
    const names = ['jobs', 'manifest.json', 'manifest.highest.json', 'manifest.lock.db', 'audit.jsonl']
    for (const name of names) expect((await stat(join(stateDir, name))).uid, name).toBe(owner)
    expect((await stat(outside)).uid).toBe(0)
  })

  it('replaces a damaged document in force, and still refuses an older one', async () => {
    const sources = [await file('a', await issue(5)), await file('b', await issue(5))]
    await sync(sources)
    await writeFile(join(stateDir, 'manifest.json'), '{ torn')
    await file('a', await issue(4))
    await file('b', await issue(4))
    expect(await sync(sources)).toMatchObject({ outcome: 'none', code: 'DOC_ROLLBACK' })
    await file('b', await issue(5))
    expect(await sync(sources)).toMatchObject({ outcome: 'new' })
    expect(await inForce()).toBe(5)
  })

  it('asks over the web: what is served here, and no more than its limits', async () => {
    await sync([await file('a', await issue(5)), await file('b', await issue(5))])
    const server = new DocumentServer({ host: '127.0.0.1', port: 0, stateDir, names: ['manifest', 'roster'] })
    const url = await server.start()
    closers.push(() => server.stop())
    stateDir = await scratch()
    const huge = await web((_, response) => response.end(Buffer.alloc(3 * 1024 * 1024, 32)))
    const moved = await web((_, response) => response.writeHead(302, { location: url }).end())
    const none = await web((_, response) => response.writeHead(404).end())
    const result = await sync([`status:${url}`, `${url}/documents/roster`, huge, moved, none])
    expect(result.sources.map(({ code, answered }) => [code, answered])).toEqual([
      ['OK', true],
      ['SOURCE_FAILED', false],
      ['DOC_TOO_LARGE', true],
      ['SOURCE_FAILED', false],
      ['SOURCE_FAILED', false],
    ])
    expect(await inForce()).toBe(5)
    expect((await fetch(`${url}/documents/../highest`)).status).toBe(404)
    expect((await fetch(`${url}/documents/manifest`, { method: 'POST' })).status).toBe(405)
  })

  it('waits for a silent source no longer than five seconds, and ends at once when told to', async () => {
    const silent = await web(() => {})
    const path = await file('a', await issue(5))
    const startedAt = performance.now()
    const result = await sync([silent, path])
    expect(performance.now() - startedAt).toBeGreaterThan(4_900)
    expect(result).toMatchObject({ outcome: 'new', sources: [{ code: 'SOURCE_TIMEOUT' }, { code: 'OK' }] })
    const stop = new AbortController()
    const source = parseSource(silent, 'manifest').fetch(stop.signal)
    stop.abort()
    await expect(source).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  }, 60_000)
})

describe('a source', () => {
  it.each([
    'http://192.0.2.1/manifest.json',
    'https://user:secret@example.org/',
    'ftp://example.org/x',
    'relative/path',
    'status:/etc/passwd',
    '',
  ])('is not %j', (text) => {
    expect(() => parseSource(text, 'manifest')).toThrow(
      expect.objectContaining({ code: 'SOURCE_INVALID', exitCode: 78 }),
    )
  })
})
