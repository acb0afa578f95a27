import { seededRandom, systemTime } from '@montana/foundation'
import type { SnapshotChunkRequest } from '@montana/network'
import { EXT_ERROR, ExtError } from '@montana/network'
import type { Store } from '@montana/store'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSnapshotClient, type SnapshotClientOptions, type SyncFinding, type SyncProgress } from '../src/index.js'
import { Server, type ServerOptions } from './support/server.js'
import { freshStore, headOf, makeWorld, NAMES, reopened, servingStore, type World } from './support/world.js'

const ACCOUNTS = 600
const NODES = 8
/** The rates of the wire belong to a network; here four peers answer at once. */
const FAST = { perSecond: 2_000, burst: 200 }

let world: World
let source: Store
const open: Store[] = []

beforeAll(async () => {
  world = await makeWorld(ACCOUNTS)
  source = await servingStore(world)
}, 60_000)
afterEach(() => {
  for (const store of open.splice(0)) store.close()
})
afterAll(async () => {
  source.close()
  await world.close()
})

interface Run {
  readonly findings: SyncFinding[]
  readonly progress: SyncProgress[]
  readonly store: Store
  run(options?: Partial<SnapshotClientOptions>): Promise<{ window: number }>
}

async function joiner(peers: readonly Server[], store?: Store): Promise<Run> {
  const findings: SyncFinding[] = []
  const progress: SyncProgress[] = []
  const own = store ?? (await freshStore(world))
  if (!store) open.push(own)
  const run = (options: Partial<SnapshotClientOptions> = {}) => {
    return createSnapshotClient({
      peers,
      store: own,
      backend: world.backend,
      verify: world.verify,
      document: world.cohort.document,
      known: [world.known],
      time: systemTime,
      random: seededRandom(1),
      signal: new AbortController().signal,
      onFinding: (finding) => findings.push(finding),
      onProgress: (one) => progress.push(one),
      limits: FAST,
      patienceMs: 500,
      ...options,
    }).run()
  }
  return { findings, progress, store: own, run }
}

const servers = (ids: string, options: ServerOptions = {}) => [...ids].map((id) => new Server(id, source, options))

function expectSameState(store: Store): void {
  expect(store.head()).toEqual(source.head())
  expect(store.context()).toEqual(source.context())
  for (const table of NAMES) {
    expect(store.table(table).count()).toBe(world.records[table].length)
    const all = [...store.table(table).leaves(new Uint8Array(32), new Uint8Array(32).fill(0xff))]
    expect(all).toEqual([...source.table(table).leaves(new Uint8Array(32), new Uint8Array(32).fill(0xff))])
  }
}

describe('a join from honest peers', () => {
  it('ends with the state of the anchor, asks all of them and reads nothing twice', async () => {
    const peers = servers('abcd')
    const { run, store, findings, progress } = await joiner(peers)
    expect(await run()).toEqual({ window: headOf(world).window })
    expectSameState(store)
    expect(findings).toEqual([])
    for (const { asked } of peers) expect(asked).toBeGreaterThan(5)
    expect(progress.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['anchor', 'tables', 'check', 'done']))
    const last = progress.at(-1)
    expect(last?.records).toEqual({ staged: ACCOUNTS + NODES, expected: ACCOUNTS + NODES })
    expect(last?.bytes).toMatchObject({ fetched: last?.bytes.expected, wasted: 0 })
    expect(last?.proofs).toBe(last?.chunks)
  })

  it('splits where a server cannot send a whole subtree, down to single records', async () => {
    const { run, store } = await joiner(servers('ab', { maxChunkBytes: 8_000 }))
    await run()
    expectSameState(store)
  })

  it('fetches nothing that is no later than its own head', async () => {
    const peers = servers('ab')
    const { run, store } = await joiner(peers)
    await run()
    const asked = peers.map((peer) => peer.asked)
    await expect(run()).rejects.toMatchObject({
      code: 'SNAPSHOT_UNAVAILABLE',
      message: expect.stringMatching(/own head 5/),
    })
    expect(peers.map((peer) => peer.asked)).toEqual(asked)
    expectSameState(store)
  })

  it('serves the anchor itself afterwards where it was told to freeze it', async () => {
    const first = await joiner(servers('ab'))
    await first.run({ freeze: true })
    const { run, store } = await joiner([new Server('second', first.store)])
    await run()
    expectSameState(store)
  })
})

const lie = (tamper: (bytes: Uint8Array, request: SnapshotChunkRequest) => Uint8Array): ServerOptions => {
  return { tamper: (bytes, request, asked) => (asked % 4 === 0 ? tamper(bytes.slice(), request) : undefined) }
}
const flip = (bytes: Uint8Array, at: number) => {
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}
const RECORD = 2059
const count = (bytes: Uint8Array) => Buffer.from(bytes).readUInt16LE(14)
const withCount = (bytes: Uint8Array, records: number) => {
  Buffer.from(bytes.buffer, bytes.byteOffset).writeUInt16LE(records, 14)
  return bytes
}

describe('one liar of four', () => {
  const lies: [string, ServerOptions][] = [
    ['a wrong record', lie((bytes) => flip(bytes, bytes.length - 1))],
    ['a wrong key', lie((bytes) => flip(bytes, bytes.length - RECORD))],
    ['a missing record', lie((bytes) => withCount(bytes.subarray(0, bytes.length - RECORD), count(bytes) - 1))],
    [
      'an extra record',
      lie((bytes) => withCount(Buffer.concat([bytes, bytes.subarray(bytes.length - RECORD)]), count(bytes) + 1)),
    ],
    ['a wrong sibling', lie((bytes) => flip(bytes, 20))],
    ['a wrong echoed field', lie((bytes) => flip(bytes, 10))],
    ['another window', lie((bytes) => flip(bytes, 0))],
    ['an answer that is cut short', lie((bytes) => bytes.subarray(0, bytes.length - 1))],
  ]

  it.each(lies)('%s is found when it arrives, reported, and costs the liar its place', async (_, options) => {
    const liar = new Server('liar', source, options)
    const { run, store, findings, progress } = await joiner([...servers('abc'), liar])
    await run()
    expectSameState(store)
    expect(findings).toEqual([
      {
        code: 'PROOF_INVALID',
        window: headOf(world).window,
        peer: 'liar',
        label: 'node liar',
        detail: expect.any(String),
      },
    ])
    expect(liar.asked).toBeLessThan(12)
    expect(progress.at(-1)?.bytes.wasted).toBeLessThan(0.05 * (progress.at(-1)?.bytes.expected ?? 0))
  })

  it('does not get through alone either: nothing of a lie is staged', async () => {
    const liar = new Server(
      'liar',
      source,
      lie((bytes) => flip(bytes, bytes.length - 1)),
    )
    const { run, store, findings } = await joiner([liar])
    await expect(run()).rejects.toMatchObject({ code: 'SNAPSHOT_UNAVAILABLE' })
    expect(findings).toHaveLength(1)
    expect(store.head()?.window).toBe(0)
  })
})

describe('a peer that calls everything too large', () => {
  it('is found out beside honest ones, reported, and asked no more', async () => {
    const liar = new Server('liar', source, { isTooLarge: () => true })
    const { run, store, findings } = await joiner([...servers('abc'), liar])
    await run()
    expectSameState(store)
    expect(findings).toMatchObject([
      { code: 'PROOF_INVALID', peer: 'liar', detail: expect.stringMatching(/too large/) },
    ])
    expect(liar.asked).toBeLessThan(20)
  })

  it('is given up, and reported, where it is alone', async () => {
    const liar = new Server('liar', source, { isTooLarge: () => true })
    const { run, findings } = await joiner([liar])
    await expect(run()).rejects.toMatchObject({ code: 'SNAPSHOT_UNAVAILABLE' })
    expect(findings).toMatchObject([{ code: 'PEER_REFUSES', peer: 'liar' }])
    // 64 subtrees, and the ranges that it gave instead.
    expect(liar.asked).toBeLessThan(130)
  })
})

describe('a manifest whose counts are not those of the proven tables', () => {
  it.each([
    ['account', ACCOUNTS + 5, /605 records of the account table, of which there are 604/],
    ['account', 1, /1 records of the account table/],
    ['node', 3, /3 records of the node table, of which there are 4/],
  ] as const)('%s %i: its sender is reported once and asked no more', async (table, wrong, message) => {
    const liar = new Server('liar', source, { counts: { [table]: wrong } })
    const honest = servers('ab', { snapshotWindow: () => (liar.manifests > 0 ? headOf(world).window : 0) })
    const { run, store, findings } = await joiner([liar, ...honest])
    await run()
    expectSameState(store)
    expect(findings).toMatchObject([{ code: 'PROOF_INVALID', peer: 'liar', detail: expect.stringMatching(message) }])
  })

  it('is reported without a name where an earlier process had fetched it', async () => {
    const liar = new Server('liar', source, { counts: { account: 77 } })
    const { run, store } = await joiner([liar])
    const controller = new AbortController()
    const aborted = run({
      signal: controller.signal,
      onProgress: ({ chunks }) => chunks > 3 && controller.abort(),
      limits: { perSecond: 60, burst: 4 },
    })
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    const second = await joiner(servers('ab'), store)
    await second.run()
    expectSameState(store)
    expect(second.findings).toMatchObject([{ code: 'PROOF_INVALID', detail: expect.stringMatching(/77 records/) }])
    expect(second.findings[0]?.peer).toBeUndefined()
  })
})

describe('a slow peer', () => {
  it('does not hold up the others', async () => {
    const slow = new Server('slow', source, { latencyMs: 20_000 })
    const { run, store } = await joiner([...servers('abc'), slow])
    const startedMs = performance.now()
    await run()
    expectSameState(store)
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  })
})

describe('an anchor', () => {
  it('that nobody serves any more is given up, and what was proven of it stays', async () => {
    let isGone = false
    const serving = servers('ab', { snapshotWindow: () => (isGone ? 0 : headOf(world).window) })
    const { run, store } = await joiner(serving)
    const controller = new AbortController()
    const aborted = run({
      signal: controller.signal,
      onProgress: ({ chunks }) => chunks > 3 && controller.abort(),
      limits: { perSecond: 60, burst: 4 },
    })
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    expect(store.staging.target()?.window).toBe(headOf(world).window)
    isGone = true
    await expect(run()).rejects.toMatchObject({ code: 'SNAPSHOT_UNAVAILABLE' })
    expect(store.staging.target()?.window).toBe(headOf(world).window)
    isGone = false
    await run()
    expectSameState(store)
  })

  it('whose servers are busy for ever is given up', async () => {
    const refuse = () => {
      throw new ExtError(EXT_ERROR.busy, 'busy', 100)
    }
    const { run } = await joiner(servers('ab', { refuse }))
    await expect(run({ stallMs: 1_000 })).rejects.toMatchObject({ code: 'SNAPSHOT_UNAVAILABLE' })
  })
})

describe('an abort', () => {
  it('keeps what is staged, and the next run fetches none of it again', async () => {
    const peers = servers('abcd', { latencyMs: 2 })
    const { run, store, progress } = await joiner(peers)
    const controller = new AbortController()
    const halfway = ({ records }: SyncProgress) => records.staged > ACCOUNTS / 2 + NODES && controller.abort()
    const slow = { perSecond: 60, burst: 4 }
    await expect(run({ signal: controller.signal, onProgress: halfway, limits: slow })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    const { dir } = store
    const staged = store.staging.counts().account
    expect(staged).toBeGreaterThan(ACCOUNTS / 2)
    open.splice(0)
    store.close()
    const again = reopened(world, dir)
    open.push(again)
    const second = await joiner(peers, again)
    await second.run()
    expectSameState(again)
    const bytes = second.progress.at(-1)?.bytes
    expect(bytes?.wasted).toBeLessThan(0.05 * (bytes?.expected ?? 0))
    expect(progress.at(-1)?.phase).not.toBe('done')
  })
})

describe('a checkpoint', () => {
  it('is not passed over by a snapshot of a later window', async () => {
    const { run, store } = await joiner(servers('abc'))
    const pin = { window: headOf(world).window - 1, hash: new Uint8Array(32).fill(7) }
    await expect(run({ pin })).rejects.toMatchObject({ code: expect.stringMatching(/PIN|SNAPSHOT/) })
    expect(store.head()?.window).toBe(0)
  })
})
