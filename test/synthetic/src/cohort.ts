import { createHash } from 'node:crypto'
import { type ChainState, memberOf } from '@montana/consensus'
import { type Identity, identityFromMasterSeed, type PqBackend, type Signer } from '@montana/crypto'
import { bytesEqual } from '@montana/foundation'
import { devnetGenesis, type GenesisDocument, genesisHash } from '@montana/ledger'

/** Four of equal weight: one of them may be away. */
export const LABELS = ['north', 'east', 'south', 'west'] as const
export type Label = (typeof LABELS)[number]

export const NETWORK_NAME = 'montana-synthetic'
/** Steps of the clock per window: small, because the accounts are what is measured. */
const D0 = 20_000

export interface Operator {
  readonly label: Label
  readonly identity: Identity
  readonly signer: Signer
}

/** Who made the chain, and the document that every one of its nodes starts from. */
export interface Cohort {
  readonly operators: readonly Operator[]
  readonly document: GenesisDocument
  readonly genesisHash: Uint8Array
}

/** Public test identities: seed and label give them, and nothing of value may ever be theirs. */
export async function operatorIdentity(seed: string, label: string): Promise<Identity> {
  const masterSeed = createHash('sha512').update(`montana-synthetic/${seed}/${label}`).digest()
  return await identityFromMasterSeed(new Uint8Array(masterSeed))
}

export async function makeCohort(seed: string, crypto: PqBackend): Promise<Cohort> {
  const operators = await Promise.all(LABELS.map((label) => makeOperator(seed, label, crypto)))
  const keys = operators.map(({ label, identity }) => {
    return { label, nodePublicKey: identity.publicKeys.node, accountPublicKey: identity.publicKeys.account }
  })
  const devnet = devnetGenesis(keys)
  const document = { ...devnet, networkName: NETWORK_NAME, params: { ...devnet.params, d0: D0 } }
  return { operators, document, genesisHash: genesisHash(document) }
}

/** Whoever may sign for the window after `chain`. */
export function signersOf({ operators }: Cohort, chain: ChainState): Operator[] {
  return operators.filter(({ identity }) => memberOf(chain, identity.nodeId, chain.context.window + 1))
}

export function operatorOf({ operators }: Cohort, nodeId: Uint8Array | undefined): Operator {
  const found = operators.find(({ identity }) => nodeId && bytesEqual(identity.nodeId, nodeId))
  if (!found) throw new RangeError('the cohort has no such node')
  return found
}

async function makeOperator(seed: string, label: Label, crypto: PqBackend): Promise<Operator> {
  const identity = await operatorIdentity(seed, label)
  return { label, identity, signer: await crypto.importSigner(identity.seeds.node) }
}
