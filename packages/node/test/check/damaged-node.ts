import { hash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { genesisChainState } from '@montana/consensus'
import { rangeOf, stubsOfLeaves } from '@montana/ledger'
import { openStore, type Store, type TableName } from '@montana/store'
import { initialiseStore } from '../../src/chain/restore.js'
import { writeSignFrom } from '../../src/chain/sign-from.js'
import { saveIdentity } from '../../src/identity-file.js'
import { writeRunFile } from '../../src/run-file.js'
import { extendChain } from '../support/chain.js'
import type { World } from '../support/world.js'

export const WINDOWS = 6
export const ANCHOR = 3
const LOWEST = new Uint8Array(32)
const HIGHEST = new Uint8Array(32).fill(0xff)

/** Files of a data directory that can be damaged. `-wal` and `-shm` are those of a node that was killed. */
export const FILE_KINDS = [
  'store.db',
  'store.db-wal',
  'store.db-shm',
  'store.head',
  'store.db.schema2',
  'identity.bin',
  'run.json',
] as const
export type FileKind = (typeof FILE_KINDS)[number]

/** The directory of a stopped node, and one of a node that was killed, with a row in every table. */
export async function makeNodes(world: World, root: string): Promise<{ stopped: string; killed: string }> {
  const [stopped, killed] = [join(root, 'stopped'), join(root, 'killed')]
  mkdirSync(stopped)
  const store = openStore({ dir: stopped, mode: 'write' })
  await fillStore(world, store)
  await saveIdentity(stopped, world.members[0].identity)
  await writeRunFile(stopped, { pid: 4_711, instance: 'abc', statusUrl: 'http://127.0.0.1:7101' })
  cpSync(stopped, killed, { recursive: true })
  store.close()
  const backup = readFileSync(join(stopped, 'store.db'))
  writeFileSync(join(stopped, 'store.db.schema2'), backup)
  writeFileSync(join(stopped, 'store.db.schema2.sha256'), `${hash('sha256', backup)}\n`)
  return { stopped, killed }
}

async function fillStore(world: World, store: Store): Promise<void> {
  const commit = store.commit.bind(store)
  store.commit = (window) => commit({ ...window, freeze: window.window === ANCHOR })
  initialiseStore(store, world.document)
  await extendChain(world, [store], genesisChainState(world.document), { windows: WINDOWS })
  for (const table of ['account', 'node', 'candidate'] as const) putStubs(store, table)
  writeSignFrom(store, 5)
  store.evidence.put('header', 2, Uint8Array.of(1), Uint8Array.of(2))
  store.incidents.note({ code: 'InvalidSignature', peer: 'p', window: 5, atMs: 1_000 })
  store.work.append(new Uint8Array(200).fill(3))
  store.certificates.put(2, store.certificates.get(2) ?? Uint8Array.of(1))
  stage(store)
}

function putStubs(store: Store, table: TableName): void {
  const [whole] = store.stubs(table).all()
  if (!whole) throw new Error('a store has a stub of everything')
  const { depth, lo } = whole
  const leaves = [...store.table(table).leaves(lo, rangeOf({ depth, lo }).hi)]
  store.stubs(table).put(stubsOfLeaves(depth, lo, leaves, 2))
}

function stage(store: Store): void {
  store.staging.begin({ window: 256, manifest: new Uint8Array(4_000).fill(1), envelope: LOWEST, certificate: LOWEST })
  const [first] = store.table('node').records(LOWEST, HIGHEST, 1)
  const [leaf] = store.table('node').leaves(LOWEST, HIGHEST)
  if (!first || !leaf) throw new Error('the genesis has nodes')
  const { key: keys, record: records } = first
  store.staging.put([{ table: 'node', lo: LOWEST, hi: HIGHEST, keys, records, leaves: leaf.hash }])
}
