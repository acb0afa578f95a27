import { hash } from 'node:crypto'
import {
  acceptEnvelope,
  assembleDraft,
  type ChainState,
  type Confirmation,
  controlSet,
  decodeEnvelope,
  type Envelope,
  eligibleReveals,
  encodeEnvelope,
  genesisChainState,
  headerScope,
  proposalHash,
  proposerRule,
  sealSettled,
} from '@montana/consensus'
import { concatBytes, toHex } from '@montana/foundation'
import { type RegistrationOutcome, registrationHash } from '@montana/ledger'
import { openStore, type Store } from '@montana/store'
import { initialiseStore } from '../../src/chain/restore.js'
import { certificateOf, commitWindow, roundOf } from './commit.js'
import { signConfirmation } from './objects.js'
import { memberNamed, signersOf, type World } from './world.js'

export interface ChainOptions {
  readonly windows: number
  /** Steps that a lying clock makes. */
  readonly steps?: (window: number, d: number) => number
  /** Registrations that every member vouches for in `window`. */
  readonly registrations?: (window: number) => readonly Uint8Array[]
  /** Bodies by hash, hex; shared by calls that make one chain piece by piece. */
  readonly bodies?: Map<string, Uint8Array>
}

/** One window between the states around it. */
export interface BuiltWindow {
  readonly before: ChainState
  readonly after: ChainState
  readonly envelope: Uint8Array
  readonly outcomes: readonly RegistrationOutcome[]
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
  const { bodies = new Map<string, Uint8Array>() } = options
  let [chain, previous] = [from, confirmers]
  while (built.length < options.windows) {
    const window = await nextWindow(world, chain, previous, options, bodies)
    previous = decodeEnvelope(window.envelope).evidence
    if (stores.length > 0) await commitToAll(world, stores, window)
    built.push(window)
    chain = window.after
  }
  return built
}

async function commitToAll(world: World, stores: readonly Store[], built: BuiltWindow): Promise<void> {
  const certificate = await certificateOf(world, built, roundOf(world))
  for (const [member, store] of stores.entries()) await commitWindow(world, store, built, { member, certificate })
}

async function nextWindow(
  world: World,
  before: ChainState,
  confirmers: readonly Confirmation[],
  { steps = (_, d) => d, registrations = () => [] }: ChainOptions,
  bodies: Map<string, Uint8Array>,
): Promise<BuiltWindow> {
  const window = before.context.window + 1
  const timechainValue = grind(before.context.timechainValue, steps(window, before.context.nextD))
  const listed = registrations(window)
  for (const body of listed) bodies.set(toHex(registrationHash(body)), body)
  const opHashes = listed.map(registrationHash).sort(Buffer.compare)
  const evidence = await confirmationsOf(world, before, { endpoint: timechainValue, window, opHashes })
  const control = controlSet(before.context.pendingControl, { previous: -1, current: window - 1 })
  const bodiesOf = control.map((entry) => bodies.get(toHex(entry.hash)) ?? missing(entry.hash))
  const proposer = memberNamed(world, proposerRule(world.document).fallbackList(before)[0])
  const proposerNodeId = proposer.identity.nodeId
  const input = { proposerNodeId, fallbackDepth: 1, timechainValue, confirmers, evidence, control: bodiesOf }
  const draft = assembleDraft(before, input)
  const scope = headerScope(draft.header)
  const envelope = encodeEnvelope({ ...draft, header: concatBytes(scope, await proposer.signer.sign(scope)) })
  return { before, envelope, ...settle(world, before, decodeEnvelope(envelope)) }
}

function confirmationsOf(
  world: World,
  before: ChainState,
  fields: { endpoint: Uint8Array; window: number; opHashes: Uint8Array[] },
): Promise<Confirmation[]> {
  const eligible = eligibleReveals(before).map((reveal) => reveal.hash)
  const revealHashes = eligible.sort(Buffer.compare)
  return Promise.all(signersOf(world, before).map((by) => signConfirmation(by, { ...fields, revealHashes })))
}

function settle(world: World, state: ChainState, envelope: Envelope): Pick<BuiltWindow, 'after' | 'outcomes'> {
  const all = (list: readonly unknown[]) => list.map(() => true)
  const { confirmers, evidence, control } = envelope
  const signatures = { header: true, confirmers: all(confirmers), evidence: all(evidence), control: all(control) }
  const input = { state, rule: proposerRule(world.document), ownTimechainValue: undefined }
  const accepted = acceptEnvelope(input, { envelope, signatures })
  if (!accepted.ok) throw new Error(accepted.code)
  const { settled } = accepted.proposal
  return { after: sealSettled(settled, proposalHash(envelope.header.scope)), outcomes: settled.outcomes }
}

/** T_r(window) from T_r(window − 1). */
export function grind(value: Uint8Array, steps: number): Uint8Array {
  let x = value
  for (let i = 0; i < steps; i++) x = hash('sha256', x, 'buffer')
  return new Uint8Array(x)
}

function missing(wanted: Uint8Array): never {
  throw new Error(`no body for ${toHex(wanted)}`)
}

/** The last of the windows. */
export function headOfChain(built: readonly BuiltWindow[]): BuiltWindow {
  const last = built.at(-1)
  if (!last) throw new Error('a chain with a window expected')
  return last
}
