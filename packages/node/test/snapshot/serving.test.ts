import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { contextHash, decodeHeader } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import { accountCodec, prefixOf, smtRoot, verifyInclusionProof } from '@montana/ledger'
import {
  decodeRecordProofResponse,
  EXT_ERROR,
  EXT_TYPE,
  encodeRangeChunkRequest,
  encodeRecordProofRequest,
  encodeSnapshotChunkRequest,
  encodeSnapshotManifestRequest,
} from '@montana/network'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { soloDocument, soloNode } from '../support/solo-node.js'
import { makeWorld, temporaryDirectory, VOTE_RULES, type World } from '../support/world.js'
import { hasher, Joiner, recordsOf, storeWithAccounts } from './support.js'

const ACCOUNTS = 600
const INTERVAL = 6
/** New anchors would push out the one that a test asks about: windows take milliseconds here. */
const RARELY = 6_000
const [ACCOUNT, NODE, CANDIDATE] = [1, 2, 3] as const
const within = (ms: number) => AbortSignal.timeout(ms)

let world: World
let template: string

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES)
  template = mkdtempSync(join(tmpdir(), 'montana-serving-'))
  storeWithAccounts(template, soloDocument(world), ACCOUNTS)
})
afterAll(async () => {
  rmSync(template, { recursive: true, force: true })
  await world.crypto.close()
})

/** A node with synthetic accounts that has begun to serve, and goes on. */
async function serving(windows = INTERVAL) {
  const dir = temporaryDirectory()
  cpSync(template, dir, { recursive: true })
  const node = soloNode(world, dir, INTERVAL)
  node.ledger.start()
  await node.ledger.loop.waitForHead(windows, within(20_000))
  await expect
    .poll(() => node.server.newest, { timeout: 15_000 })
    .toBeGreaterThanOrEqual(windows - (windows % INTERVAL))
  return { node, joiner: new Joiner(node.server) }
}

const rootOf = (records: readonly Uint8Array[]) =>
  toHex(
    smtRoot(
      records.map((record) => [record.subarray(0, 32), record] as const),
      hasher,
    ),
  )
const refusal = (work: Promise<unknown>) => work.then(() => 0).catch((error: { extCode?: number }) => error.extCode)

describe('a node that serves a snapshot', () => {
  it('proves every chunk of one anchor while it goes on, and says of the rest why it has none', async () => {
    const { node, joiner } = await serving()
    await tablesAreProven(node, joiner)
    await recordsAreProven(joiner)
    await refusalsHaveCodes(joiner)
  })

  it('keeps each of its anchors as it was, with what has changed since', async () => {
    const { node, joiner } = await serving(3 * INTERVAL)
    await expect.poll(() => node.server.anchors.length).toBeGreaterThanOrEqual(3)
    const balances = new Map<number, bigint>()
    for (const window of node.server.anchors) {
      const { header } = await joiner.manifest(window)
      const { accountRoot } = decodeHeader(header)
      const records = await joiner.tableBySubtrees(accountRoot, { window, table: ACCOUNT, depth: 3 })
      const decoded = recordsOf(records, ACCOUNT).map((record) => accountCodec.decode(record))
      balances.set(
        window,
        decoded.reduce((sum, { balance }) => sum + balance, 0n),
      )
    }
    const synthetic = BigInt((ACCOUNTS * (ACCOUNTS - 1)) / 2)
    for (const [window, sum] of balances) expect(sum - synthetic).toBe(BigInt(window) * 13_000_000_000n)
    const status = node.modules.store.anchors
    expect(status.keptRows()).toBeGreaterThan(0)
  })

  it('lets go of accounts that it can read again, and hands their hashes to the store', async () => {
    const { node } = await serving(2 * INTERVAL)
    await node.stop()
    const store = openStore({ dir: node.dir, mode: 'read' })
    const stubs = store.stubs('account').kept()
    expect(stubs.length).toBeGreaterThan(1)
    expect(Math.max(...stubs.map(({ count }) => count))).toBeLessThanOrEqual(512)
    const dirty = stubs.filter(({ hash }) => hash === null)
    expect(dirty.length).toBeLessThanOrEqual(1)
    store.close()
  })
})

describe('after a restart', () => {
  it('the same anchor is served byte by byte', async () => {
    const { node, joiner } = await serving()
    const { window, header } = await joiner.manifest()
    const { accountRoot } = decodeHeader(header)
    const request = { window, table: ACCOUNT, depth: 4, prefix: 9 }
    const before = await joiner.chunk(accountRoot, request)
    await node.ledger.loop.waitForHead(window + 3, within(10_000))
    await node.stop()

    const again = soloNode(world, node.dir, RARELY)
    again.ledger.start()
    await expect.poll(() => again.server.anchors, { timeout: 15_000 }).toContain(window)
    const late = new Joiner(again.server)
    expect((await late.manifest(window)).header).toEqual(header)
    expect(bytesEqual((await late.chunk(accountRoot, request)).bytes, before.bytes)).toBe(true)
    await late.tableBySubtrees(accountRoot, { window, table: ACCOUNT, depth: 3 })
    expect([again.fatal, again.faults]).toEqual([[], []])
  })

  it('a node that is to serve none lets its anchors go, with the rows that were kept for them', async () => {
    const { node } = await serving(2 * INTERVAL)
    await node.ledger.loop.waitForHead(2 * INTERVAL + 2, within(10_000))
    await node.stop()
    const again = soloNode(world, node.dir, 0)
    expect(again.store.anchors.keptRows()).toBeGreaterThan(0)
    again.ledger.start()
    await expect.poll(() => again.store.anchors.keptRows(), { timeout: 5_000 }).toBe(0)
    expect([again.store.anchors.list(), again.server.anchors, again.fatal]).toEqual([[], [], []])
  })

  it.each([
    ['a record', 'UPDATE account_records SET record = ?1 WHERE tree = ?2', [EXT_ERROR.internal, 0, 0]],
    ['a leaf hash', 'UPDATE account_leaves SET leaf = ?1 WHERE tree = ?2', [EXT_ERROR.internal, EXT_ERROR.internal, 0]],
    [
      'a lost leaf',
      'DELETE FROM account_leaves WHERE tree = ?2 AND ?1 IS NOT NULL',
      [EXT_ERROR.internal, EXT_ERROR.internal, 0],
    ],
  ])('with %s damaged meanwhile nothing is served that does not prove, and the rest is', async (_, sql, expected) => {
    const { node, joiner } = await serving()
    const { window, header } = await joiner.manifest()
    const { accountRoot } = decodeHeader(header)
    // A half of a stub that holds no account of the operator: nothing of it changes.
    const own = prefixOf(world.members[0].identity.accountId, 3)
    const request = { window, table: ACCOUNT, depth: 4, prefix: 2 * ((own + 3) % 8) }
    const { records } = await joiner.chunk(accountRoot, request)
    await node.stop()
    const victim = (recordsOf(records, ACCOUNT)[1] ?? new Uint8Array()).slice()
    victim[40] = (victim[40] ?? 0) ^ 1
    damage(node.dir, sql, sql.includes('leaf =') ? victim.subarray(0, 32) : victim)

    const again = soloNode(world, node.dir, RARELY)
    again.ledger.start()
    await expect.poll(() => again.server.anchors, { timeout: 15_000 }).toContain(window)
    const late = new Joiner(again.server)
    const places = [request.prefix, request.prefix + 1, (request.prefix + 4) % 16]
    const codes = await Promise.all(places.map((prefix) => refusal(late.chunk(accountRoot, { ...request, prefix }))))
    expect(codes).toEqual(expected)
    expect(again.faults).toHaveLength(codes.filter((code) => code !== 0).length)
    expect(again.server.anchors).not.toContain(window)
    again.server.announce([window])
    await late.chunk(accountRoot, { ...request, prefix: (request.prefix + 4) % 16 })
    expect([again.server.anchors, again.server.newest]).toEqual([[], 0])
  })
})

describe('a thread that has ended', () => {
  /** The thread that a question starts. */
  async function threadOf(ask: () => Promise<unknown>): Promise<Worker> {
    const started = Promise.withResolvers<Worker>()
    const onWorker = (worker: Worker) => worker.threadName === 'snapshots' && started.resolve(worker)
    process.on('worker', onWorker)
    await ask()
    process.off('worker', onWorker)
    return await started.promise
  }

  it('while nobody asked is reported, leaves its anchors announced, and is started again by the next question', async () => {
    const { node, joiner } = await serving()
    const thread = await threadOf(() => joiner.manifest())
    const { anchors } = node.server
    await thread.terminate()
    await expect.poll(() => node.faults).toEqual(['the thread that serves snapshots has ended'])
    expect(node.server.anchors).toEqual(expect.arrayContaining([...anchors]))
    const again = await threadOf(() => joiner.manifest())
    expect(again.threadId).not.toBe(thread.threadId)
    await tablesAreProven({ ...node, faults: [] }, joiner)
  })

  it('with questions open answers each of them with Error 8, and the next one is served', async () => {
    const { node, joiner } = await serving()
    const thread = await threadOf(() => joiner.manifest())
    const { window } = await joiner.manifest()
    const request = { window, table: ACCOUNT, lo: new Uint8Array(32), maxBytes: 1_048_576 }
    const open = [1, 2, 3].map(() => refusal(joiner.ask(EXT_TYPE.rangeChunk, encodeRangeChunkRequest(request))))
    await thread.terminate()
    expect(await Promise.all(open)).toContain(EXT_ERROR.internal)
    expect(await refusal(joiner.ask(EXT_TYPE.rangeChunk, encodeRangeChunkRequest(request)))).toBe(0)
    await node.stop()
    expect(node.faults).toEqual(['the thread that serves snapshots has ended'])
  })
})

describe('a server without an anchor', () => {
  it('has no thread, says that there is nothing, and stops at once', async () => {
    const { server, ledger } = soloNode(world)
    ledger.start()
    await ledger.loop.waitForHead(3, within(10_000))
    expect([server.newest, server.anchors]).toEqual([0, []])
    const manifest = encodeSnapshotManifestRequest({ window: 0 })
    expect(await refusal(server.ask(EXT_TYPE.snapshotManifest, manifest, within(1_000)))).toBe(EXT_ERROR.notFound)
    await server.stop()
  })
})

function damage(dir: string, sql: string, value: Uint8Array): void {
  const database = new DatabaseSync(join(dir, 'store.db'))
  const key = value.slice(0, 32).reverse()
  const { changes } = database.prepare(sql).run(value, key)
  database.close()
  expect(changes).toBe(1)
}

async function tablesAreProven(node: ReturnType<typeof soloNode>, joiner: Joiner): Promise<void> {
  const { window, header, context, counts, depths } = await joiner.manifest()
  const { accountRoot, nodeRoot, candidateRoot } = decodeHeader(header)
  expect(toHex(contextHash(context))).toBe(toHex(node.store.windowAt(window)?.contextHash ?? new Uint8Array()))
  expect(counts).toEqual({ account: ACCOUNTS + 1, node: 1, candidate: 0 })
  expect(depths).toEqual({ account: 3, node: 0, candidate: 0 })

  const bySubtrees = await joiner.tableBySubtrees(accountRoot, { window, table: ACCOUNT, depth: depths.account })
  expect(rootOf(recordsOf(bySubtrees, ACCOUNT))).toBe(toHex(accountRoot))
  const byRanges = await joiner.tableByRanges(accountRoot, { window, table: ACCOUNT, maxBytes: 1_048_576 })
  expect(byRanges.chunks).toBe(2)
  expect(bytesEqual(byRanges.records, bySubtrees)).toBe(true)
  const small = await joiner.tableByRanges(accountRoot, { window, table: ACCOUNT, maxBytes: 400_000 })
  expect(bytesEqual(small.records, bySubtrees)).toBe(true)

  const nodes = await joiner.tableBySubtrees(nodeRoot, { window, table: NODE, depth: 0 })
  expect(rootOf(recordsOf(nodes, NODE))).toBe(toHex(nodeRoot))
  expect(await joiner.tableBySubtrees(candidateRoot, { window, table: CANDIDATE, depth: 2 })).toHaveLength(0)
  expect(node.ledger.loop.head).toBeGreaterThan(window)
  expect([node.fatal, node.faults]).toEqual([[], []])
  expect(node.modules.snapshots.server.bytesServed).toBeGreaterThan(3 * ACCOUNTS * 2059)
}

async function recordsAreProven(joiner: Joiner): Promise<void> {
  const { window, header } = await joiner.manifest()
  const { accountRoot } = decodeHeader(header)
  const { records } = await joiner.chunk(accountRoot, { window, table: ACCOUNT, depth: 5, prefix: 5 })
  const present = recordsOf(records, ACCOUNT)[0] ?? new Uint8Array(32)
  for (const key of [present.subarray(0, 32), new Uint8Array(32).fill(7)]) {
    const request = { window, table: ACCOUNT, key }
    const bytes = await joiner.ask(EXT_TYPE.recordProof, encodeRecordProofRequest(request))
    const proven = verifyInclusionProof(accountRoot, decodeRecordProofResponse(bytes, request))
    expect(proven?.record ?? 'absent').toEqual(key[0] === 7 && key[1] === 7 ? 'absent' : present)
  }
}

async function refusalsHaveCodes(joiner: Joiner): Promise<void> {
  const { window } = await joiner.manifest()
  const chunk = (over: object) => {
    const request = { window, table: ACCOUNT, depth: 0, prefix: 0, ...over }
    return refusal(joiner.ask(EXT_TYPE.snapshotChunk, encodeSnapshotChunkRequest(request)))
  }
  const range = (maxBytes: number) => {
    const request = { window, table: ACCOUNT, lo: new Uint8Array(32), maxBytes }
    return refusal(joiner.ask(EXT_TYPE.rangeChunk, encodeRangeChunkRequest(request)))
  }
  expect(await chunk({})).toBe(EXT_ERROR.tooLarge)
  expect(await chunk({ window: window + 1, depth: 5 })).toBe(EXT_ERROR.notFound)
  expect(await chunk({ depth: 25 })).toBe(EXT_ERROR.badRequest)
  expect(await range(18_000)).toBe(EXT_ERROR.tooLarge)
  expect(await range(1_048_576)).toBe(0)
  const manifest = encodeSnapshotManifestRequest({ window: window + 1 })
  expect(await refusal(joiner.ask(EXT_TYPE.snapshotManifest, manifest))).toBe(EXT_ERROR.notFound)
  expect(await refusal(joiner.ask(EXT_TYPE.status, new Uint8Array()))).toBe(EXT_ERROR.unsupportedType)
}
