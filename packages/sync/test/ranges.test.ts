import { seededRandom, systemTime } from '@montana/foundation'
import { prefixOf } from '@montana/ledger'
import type { SnapshotChunkRequest } from '@montana/network'
import { expect, it } from 'vitest'
import { createSnapshotClient } from '../src/index.js'
import { Server } from './support/server.js'
import { freshStore, makeWorld, NAMES, servingStore } from './support/world.js'

const FIRST = new Uint8Array(32)
const LAST = new Uint8Array(32).fill(0xff)

it('joins by ranges where a subtree of depth 24 is still too large', async () => {
  const world = await makeWorld(200, 'ranges')
  const key = world.records.account[77]?.subarray(0, 32) ?? FIRST
  const isTooLarge = ({ table, depth, prefix }: SnapshotChunkRequest) => table === 1 && prefixOf(key, depth) === prefix
  const source = await servingStore(world)
  const store = await freshStore(world)
  const servers = ['a', 'b'].map((id) => new Server(id, source, { isTooLarge }))
  await createSnapshotClient({
    peers: servers,
    store,
    backend: world.backend,
    verify: world.verify,
    document: world.cohort.document,
    known: [world.known],
    time: systemTime,
    random: seededRandom(1),
    signal: new AbortController().signal,
    limits: { perSecond: 10_000, burst: 1_000 },
  }).run()
  expect(servers.some(({ ranges }) => ranges > 0)).toBe(true)
  expect(store.head()).toEqual(source.head())
  for (const table of NAMES) {
    expect([...store.table(table).leaves(FIRST, LAST)]).toEqual([...source.table(table).leaves(FIRST, LAST)])
    expect(store.stubs(table).dirty()).toEqual([])
  }
  source.close()
  store.close()
  await world.close()
})
