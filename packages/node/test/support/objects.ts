import {
  type CementVote,
  type Confirmation,
  confirmationScope,
  decodeConfirmation,
  decodePropose,
  decodeReveal,
  decodeVote,
  type HeaderFields,
  headerScope,
  PRECOMMIT,
  type Propose,
  proposeMessage,
  proposeScope,
  type Reveal,
  revealScope,
  voteMessage,
  voteScope,
} from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import { genesisHash, registrationScope, SUITE_ML_DSA_65 } from '@montana/ledger'
import type { Member, World } from './world.js'

const ZERO = new Uint8Array(32)

type Fields<T> = Partial<Omit<T, 'nodeId' | 'signature' | 'scope' | 'bytes'>>

/** Objects with real signatures; `by` signs, and is named where the object names its signer. */
export async function signVote(world: World, by: Member, fields: Fields<CementVote> & { window: number }) {
  const scope = voteScope({ nodeId: by.identity.nodeId, round: 1, phase: PRECOMMIT, value: ZERO, ...fields })
  return decodeVote(concatBytes(scope, await by.signer.sign(voteMessage(genesisHash(world.document), scope))))
}

export async function signConfirmation(by: Member, fields: Fields<Confirmation> & { window: number }) {
  const defaults = { nodeId: by.identity.nodeId, endpoint: ZERO, opHashes: [], revealHashes: [] }
  const scope = confirmationScope({ ...defaults, ...fields })
  return decodeConfirmation(concatBytes(scope, await by.signer.sign(scope)))
}

export async function signReveal(by: Member, fields: Fields<Reveal> & { window: number }): Promise<Reveal> {
  const scope = revealScope({ nodeId: by.identity.nodeId, endpoint: ZERO, ...fields })
  return decodeReveal(concatBytes(scope, await by.signer.sign(scope)))
}

export async function signPropose(world: World, by: Member, fields: Fields<Propose> & { window: number }) {
  const scope = proposeScope({ round: 1, validRound: 0, value: ZERO, proposalHash: ZERO, ...fields })
  return decodePropose(concatBytes(scope, await by.signer.sign(proposeMessage(genesisHash(world.document), scope))))
}

/** 3722 bytes. */
export async function signHeader(by: Member, fields: HeaderFields): Promise<Uint8Array> {
  const scope = headerScope(fields)
  return concatBytes(scope, await by.signer.sign(scope))
}

/** A NodeRegistration of `of`, 5344 bytes, signed by `by`. */
export async function signRegistration(of: Member, over: object = {}, by = of): Promise<Uint8Array> {
  const { publicKeys, accountId } = of.identity
  const scope = registrationScope({
    suiteId: SUITE_ML_DSA_65,
    nodePublicKey: publicKeys.node,
    operatorAccountId: accountId,
    proofEndpoint: ZERO,
    wStart: 1n,
    vdfChainLength: 2n,
    ...over,
  })
  return concatBytes(scope, await by.signer.sign(scope))
}
