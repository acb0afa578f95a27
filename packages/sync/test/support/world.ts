import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cementValue, contextHash, encodeContext, genesisChainState } from '@montana/consensus'
import { createSignatureVerifier, type SignatureVerifier, selectPqBackend } from '@montana/crypto'
import { concatBytes } from '@montana/foundation'
import {
  accountCodec,
  alignedAt,
  candidateCodec,
  emptyState,
  encodeGenesisDocument,
  genesisState,
  hasherOf,
  type LedgerState,
  nodeCodec,
  prefixOf,
  stateChanges,
  stateRoots,
} from '@montana/ledger'
import { type HashBackend, loadBackend } from '@montana/native'
import { encodeSnapshotManifestResponse, type SnapshotManifest } from '@montana/network'
import { openStore, type StagedPiece, type Store, type TableName } from '@montana/store'
import { AccountSource } from '../../../../test/synthetic/src/account-source.js'
import { buildChain } from '../../../../test/synthetic/src/chain.js'
import { type Cohort, makeCohort } from '../../../../test/synthetic/src/cohort.js'
import type { BuiltWindow } from '../../../../test/synthetic/src/window.js'
import { stubsOfPieces } from '../../src/client/stubs.js'
import type { KnownTable } from '../../src/index.js'

export const NAMES: readonly TableName[] = ['account', 'node', 'candidate']
const SIZES = { account: 2059, node: 2098, candidate: 2082 } as const

/** A network of four operators with accounts that no envelope brought about: all that a joiner checks holds. */
export interface World {
  readonly cohort: Cohort
  readonly backend: HashBackend
  readonly verify: SignatureVerifier
  /** Windows 1 …; the last two have the accounts. */
  readonly built: readonly BuiltWindow[]
  /** Records in tree order. */
  readonly records: Readonly<Record<TableName, readonly Uint8Array[]>>
  readonly known: KnownTable
  directory(): Promise<string>
  close(): Promise<void>
}

export async function makeWorld(accounts: number, seed = 'sync', window = 4): Promise<World> {
  const { backend } = loadBackend()
  const crypto = await selectPqBackend()
  const cohort = await makeCohort(seed, crypto)
  const source = new AccountSource(seed, accounts, window)
  const order = source.treeOrder()
  const { built } = await buildChain({ cohort, backend, source, order, window, last: window + 1 })
  const made: string[] = []
  return {
    cohort,
    backend,
    verify: createSignatureVerifier(crypto),
    built,
    records: recordsOf(source, order, built.at(-1)?.after.tables ?? emptyState()),
    known: { window: 0, nodes: genesisState(cohort.document).nodes },
    async directory() {
      const dir = await mkdtemp(join(tmpdir(), 'montana-sync-'))
      made.push(dir)
      return dir
    },
    async close() {
      await crypto.close()
      for (const dir of made) await rm(dir, { recursive: true, force: true })
    },
  }
}

function recordsOf(source: AccountSource, order: Uint32Array, tables: LedgerState): World['records'] {
  const own = [...tables.accounts.entries()].map((account) => accountCodec.encode(account))
  const synthetic = [...order].map((index) => source.record(index))
  return {
    account: inTreeOrder([...own, ...synthetic]),
    node: inTreeOrder([...tables.nodes.entries()].map((node) => nodeCodec.encode(node))),
    candidate: inTreeOrder([...tables.candidates.entries()].map((candidate) => candidateCodec.encode(candidate))),
  }
}

function inTreeOrder(records: Uint8Array[]): Uint8Array[] {
  return records
    .map((record) => ({ record, tree: record.slice(0, 32).reverse() }))
    .sort((a, b) => Buffer.compare(a.tree, b.tree))
    .map(({ record }) => record)
}

/** A store with the genesis of the world and nothing else. */
export async function freshStore(world: World): Promise<Store> {
  return reopened(world, await world.directory())
}

export function reopened({ cohort }: Pick<World, 'cohort'>, dir: string): Store {
  const store = openStore({ dir, mode: 'write', genesisHash: cohort.genesisHash })
  if (store.head()) return store
  const { tables, context } = genesisChainState(cohort.document)
  const encoded = encodeContext(context)
  store.initialise({
    genesisHash: cohort.genesisHash,
    genesisDocument: encodeGenesisDocument(cohort.document),
    tables: stateChanges(emptyState(), tables),
    context: encoded,
    stateRoot: stateRoots(tables).stateRoot,
    timechainValue: context.timechainValue,
    contextHash: contextHash(encoded),
  })
  return store
}

export function manifestOf({ records }: World, built: BuiltWindow): SnapshotManifest {
  const count = (table: TableName) => records[table].length
  const depth = (table: TableName) => Math.max(0, Math.ceil(Math.log2(count(table) / 128)))
  return {
    window: built.window,
    counts: { account: count('account'), node: count('node'), candidate: count('candidate') },
    depths: { account: depth('account'), node: depth('node'), candidate: depth('candidate') },
    header: built.envelope.subarray(0, 3722),
    context: built.context,
  }
}

/** A store whose head is the last window of the world, frozen as an anchor. */
export async function servingStore(world: World): Promise<Store> {
  const store = await freshStore(world)
  const built = headOf(world)
  const { staging } = store
  const { window, envelope, certificate, proposalHash, contextHash: hash, context } = built
  staging.begin({ window, manifest: encodeSnapshotManifestResponse(manifestOf(world, built)), envelope, certificate })
  for (const table of NAMES) for (const piece of await piecesOf(world, table)) staging.put([piece])
  const stubs = (table: TableName) => {
    return stubsOfPieces(
      staging.pieces(table),
      (lo, hi) => staging.table(table).leaves(lo, hi),
      hasherOf(world.backend),
    )
  }
  staging.install({
    window,
    proposalHash,
    stateRoot: built.header.stateRoot,
    timechainValue: built.header.timechainValue,
    contextHash: hash,
    cementValue: cementValue(proposalHash, hash),
    cba: built.after.context.aggregatePrev1,
    context,
    envelope,
    certificate,
    stubs: { account: stubs('account'), node: stubs('node'), candidate: stubs('candidate') },
    freeze: true,
  })
  return store
}

export function headOf({ built }: World): BuiltWindow {
  const last = built.at(-1)
  if (!last) throw new RangeError('the world has no window')
  return last
}

/** As small as chunks are: a server then reads the siblings of one from its stubs. */
const LEAVES_PER_PIECE = 8

async function piecesOf({ records, backend }: World, table: TableName): Promise<StagedPiece[]> {
  const depth = Math.max(0, Math.ceil(Math.log2(records[table].length / LEAVES_PER_PIECE)))
  const byPrefix = Map.groupBy(records[table], (record) => prefixOf(record.subarray(0, 32), depth))
  return await Promise.all(
    Array.from({ length: 2 ** depth }, async (_, prefix): Promise<StagedPiece> => {
      const below = byPrefix.get(prefix) ?? []
      const keys = concatBytes(...below.map((record) => record.subarray(0, 32)))
      const bytes = concatBytes(...below)
      const { root, leaves } = await backend.hashSubtree(keys, bytes, SIZES[table], 256 - depth)
      const { lo } = alignedAt(depth, prefix)
      const hi = lo.slice()
      for (let bit = 0; bit < 256 - depth; bit++) hi[bit >> 3] = (hi[bit >> 3] ?? 0) | (1 << (bit & 7))
      return { table, lo, hi, depth, hash: root, keys, records: bytes, leaves }
    }),
  )
}
