import { hash } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  acceptEnvelope,
  assembleDraft,
  bundleHash,
  type ChainState,
  type Confirmation,
  cementValue,
  confirmationScope,
  contextHash,
  decodeConfirmation,
  decodeEnvelope,
  decodeVote,
  eligibleReveals,
  encodeCertificate,
  encodeContext,
  encodeEnvelope,
  genesisChainState,
  headerScope,
  proposalHash,
  proposerRule,
  sealSettled,
  voteMessage,
  voteScope,
} from '@montana/consensus'
import {
  createSignatureVerifier,
  type Identity,
  identityFromMasterSeed,
  type PqBackend,
  type Signer,
  selectPqBackend,
} from '@montana/crypto'
import { concatBytes, seededRandom } from '@montana/foundation'
import { devnetGenesis, devnetParams, type GenesisDocument, genesisHash, stateChanges } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { openStore, type Store } from '@montana/store'
import { onTestFinished } from 'vitest'
import { initialiseStore } from '../../src/chain/restore.js'
import { segmentVerifier } from '../../src/verify/run.js'
import type { VerifyModules } from '../../src/verify/types.js'

const PRECOMMIT = 2
/** Windows whose journal entries a node keeps. */
const JOURNAL_WINDOWS = 4

export interface Member {
  readonly label: string
  readonly identity: Identity
  readonly signer: Signer
}

export interface World {
  readonly crypto: PqBackend
  readonly members: readonly [Member, Member, Member]
  readonly document: GenesisDocument
}

/** Three members with fixed keys; D is small and changes every four windows. */
export async function makeWorld(): Promise<World> {
  const crypto = await selectPqBackend()
  const make = async (label: string, seed: number): Promise<Member> => {
    const identity = await identityFromMasterSeed(new Uint8Array(64).fill(seed))
    return { label, identity, signer: await crypto.importSigner(identity.seeds.node) }
  }
  const members = [await make('one', 1), await make('two', 2), await make('three', 3)] as const
  const operators = members.map(({ label, identity }) => {
    return { label, nodePublicKey: identity.publicKeys.node, accountPublicKey: identity.publicKeys.account }
  })
  const rules = { proposerRule: 'bootstrap', cementingRule: 'evidence' } as const
  const params = { ...devnetParams, d0: 64, tau2Windows: 4 }
  return { crypto, members: [...members], document: { ...devnetGenesis(operators, rules), params } }
}

export interface ChainOptions {
  readonly windows: number
  /** Steps that a lying clock makes. */
  readonly steps?: (window: number, d: number) => number
}

/** One window between the states around it. */
export interface BuiltWindow {
  readonly before: ChainState
  readonly after: ChainState
  readonly envelope: Uint8Array
}

/** Writes one chain into a store for each of the first members, as their nodes would: engine functions, real signatures, real store. */
export async function buildChain(world: World, dirs: readonly string[], options: ChainOptions): Promise<BuiltWindow[]> {
  const stores = dirs.map((dir) => openStore({ dir, mode: 'write' }))
  for (const store of stores) initialiseStore(store, world.document)
  const built = await extendChain(world, stores, genesisChainState(world.document), options)
  for (const store of stores) store.close()
  return built
}

export async function extendChain(
  world: World,
  stores: readonly Store[],
  from: ChainState,
  options: ChainOptions,
  confirmers: readonly Confirmation[] = [],
): Promise<BuiltWindow[]> {
  const built: BuiltWindow[] = []
  let [chain, previous] = [from, confirmers]
  while (built.length < options.windows) {
    const window = await nextWindow(world, chain, previous, options)
    previous = decodeEnvelope(window.envelope).evidence
    for (const [index, store] of stores.entries()) await commit(world, store, window, index)
    built.push(window)
    chain = window.after
  }
  return built
}

async function nextWindow(
  world: World,
  before: ChainState,
  confirmers: readonly Confirmation[],
  { steps = (_, d) => d }: ChainOptions,
): Promise<BuiltWindow> {
  const [proposer] = world.members
  const window = before.context.window + 1
  const timechainValue = grind(before.context.timechainValue, steps(window, before.context.nextD))
  const revealHashes = eligibleReveals(before)
    .map((reveal) => reveal.hash)
    .sort(Buffer.compare)
  const evidence = await Promise.all(
    world.members.map(async ({ identity, signer }) => {
      const { nodeId } = identity
      const scope = confirmationScope({ nodeId, endpoint: timechainValue, window, opHashes: [], revealHashes })
      return decodeConfirmation(concatBytes(scope, await signer.sign(scope)))
    }),
  )
  const proposerNodeId = proposer.identity.nodeId
  const input = { proposerNodeId, fallbackDepth: 1, timechainValue, confirmers, evidence, control: [] }
  const draft = assembleDraft(before, input)
  const scope = headerScope(draft.header)
  const envelope = encodeEnvelope({ ...draft, header: concatBytes(scope, await proposer.signer.sign(scope)) })
  return { before, envelope, after: settle(world, before, envelope) }
}

function settle(world: World, state: ChainState, bytes: Uint8Array): ChainState {
  const envelope = decodeEnvelope(bytes)
  const all = (list: readonly unknown[]) => list.map(() => true)
  const { confirmers, evidence, control } = envelope
  const signatures = { header: true, confirmers: all(confirmers), evidence: all(evidence), control: all(control) }
  const input = { state, rule: proposerRule(world.document), ownTimechainValue: undefined }
  const accepted = acceptEnvelope(input, { envelope, signatures })
  if (!accepted.ok) throw new Error(accepted.code)
  return sealSettled(accepted.proposal.settled, proposalHash(envelope.header.scope))
}

function grind(value: Uint8Array, steps: number): Uint8Array {
  let x = value
  for (let i = 0; i < steps; i++) x = hash('sha256', x, 'buffer')
  return new Uint8Array(x)
}

async function commit(
  world: World,
  store: Store,
  { before, after, envelope }: BuiltWindow,
  member: number,
): Promise<void> {
  const { header, evidence } = decodeEnvelope(envelope)
  const { context } = after
  const encoded = encodeContext(context)
  const hashed = contextHash(encoded)
  const value = cementValue(context.proposalHash, hashed)
  const { window, stateRoot, timechainValue } = header
  if (member === 0) {
    const draft = { round: 0, phase: 0, hash: context.proposalHash, bytes: envelope }
    store.journal.append({ window, kind: 'header', ...draft })
  }
  const votes = await Promise.all(world.members.map((one) => voteOf(world, one, window, value)))
  store.commit({
    window,
    proposalHash: context.proposalHash,
    stateRoot,
    timechainValue,
    contextHash: hashed,
    cementValue: value,
    cba: context.aggregatePrev1,
    envelope,
    context: encoded,
    changes: stateChanges(before.tables, after.tables),
    appliedAtMs: 1_000 * window,
    pruneJournalBelow: Math.max(0, window - JOURNAL_WINDOWS),
  })
  const own = votes[member]
  const confirmation = evidence.find(({ nodeId }) => Buffer.compare(nodeId, own?.nodeId ?? nodeId) === 0)
  const plain = { round: 0, phase: 0 }
  if (own) store.journal.append({ window, kind: 'vote', round: 0, phase: PRECOMMIT, hash: value, bytes: own.bytes })
  if (confirmation) {
    const { scope, bytes } = confirmation
    store.journal.append({ window, kind: 'bc', ...plain, hash: bundleHash(scope), bytes })
  }
  const fields = { window, proposalHash: context.proposalHash, contextHash: hashed, round: 0, votes }
  store.certificates.put(window, encodeCertificate(fields))
}

async function voteOf(world: World, { identity, signer }: Member, window: number, value: Uint8Array) {
  const scope = voteScope({ nodeId: identity.nodeId, window, round: 0, phase: PRECOMMIT, value })
  const signature = await signer.sign(voteMessage(genesisHash(world.document), scope))
  return decodeVote(concatBytes(scope, signature))
}

export function verifyModules(world: World, more: Partial<VerifyModules> = {}): VerifyModules {
  return {
    verifySignature: createSignatureVerifier(world.crypto),
    verifySegments: segmentVerifier(loadBackend().backend),
    policy: { kind: 'full' },
    random: seededRandom(7),
    signal: new AbortController().signal,
    ...more,
  }
}

export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'montana-verify-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** An open store with `windows` windows, as a running node holds it. */
export async function openLive(
  world: World,
  dir: string,
  windows: number,
): Promise<{ store: Store; built: BuiltWindow[] }> {
  const store = openStore({ dir, mode: 'write' })
  onTestFinished(() => store.close())
  initialiseStore(store, world.document)
  return { store, built: await extendChain(world, [store], genesisChainState(world.document), { windows }) }
}

/** A copy of `template` whose database `damage` has changed behind the store's back; checksums stay right. */
export function damaged(template: string, damage: (database: Damage) => void): string {
  const dir = temporaryDirectory()
  cpSync(template, dir, { recursive: true })
  const database = new DatabaseSync(join(dir, 'store.db'))
  damage(new Damage(database))
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return dir
}

export class Damage {
  constructor(readonly database: DatabaseSync) {}

  sql(text: string, ...params: (Uint8Array | number | string)[]): void {
    const { changes } = this.database.prepare(text).run(...params)
    if (changes === 0) throw new Error(`nothing was damaged by ${text}`)
  }

  /** The column `value` of the one row that `query` finds. */
  blob(query: string): Uint8Array {
    const row = this.database.prepare(query).get() as { value: Uint8Array }
    return row.value.slice()
  }

  /** Puts `bytes` into a column and makes the checksum beside it fit. */
  replace(table: string, where: string, bytes: Uint8Array): void {
    this.sql(`UPDATE ${table} SET bytes = ?, digest = ? WHERE ${where}`, bytes, hash('sha256', bytes, 'buffer'))
  }

  /** Flips a bit of one record of a table; records carry no checksum. */
  flipRecord(table: 'account' | 'node', at: number): void {
    this.flip({ table, column: 'record', where: `key = (SELECT min(key) FROM ${table})`, at })
  }

  /** Flips a bit in a column; with `digest` the checksum beside it is made to fit again. */
  flip(init: { table: string; column: string; where: string; at: number; digest?: boolean }): void {
    const { table, column, where, at, digest } = init
    const bytes = this.blob(`SELECT ${column} AS value FROM ${table} WHERE ${where}`)
    const index = at < 0 ? bytes.length + at : at
    bytes[index] = (bytes[index] ?? 0) ^ 1
    this.sql(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, bytes)
    if (digest) this.sql(`UPDATE ${table} SET digest = ? WHERE ${where}`, hash('sha256', bytes, 'buffer'))
  }
}
