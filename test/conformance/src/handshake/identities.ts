import { peerIdOf } from '@montana/crypto'
import { mldsaKeygen, mldsaSign } from '@montana/crypto/oracle'
import { toHex } from '@montana/foundation'
import { initiatorDigest, responderDigest } from '@montana/transport'
import type { Draft } from './draft.js'
import type { Edit } from './edit.js'
import { ID_I_AT, ID_R_AT, PREFIX_BYTES, SIG_I_AT, SIG_R_AT } from './layout.js'
import type { PinnedHandshake } from './pinned.js'

/** Of a node that takes no part. */
const THIRD_SEED = new Uint8Array(32).fill(0x3c)
const SPOILED: Edit = { at: PREFIX_BYTES + SIG_R_AT, xor: '01' }

/**
 * Whom a role must not talk to: spec transport 4.4. Only who has proven to be that one is told so, the own identity goes
 * before the dialled one, and an initiator that refuses has sent nothing but message 1.
 */
export function identities(handshake: PinnedHandshake): Draft[] {
  return [...ofTheResponder(handshake), ...ofTheInitiator(handshake)]
}

function ofTheResponder(handshake: PinnedHandshake): Draft[] {
  const dialled = peerIdOf(handshake.responder.idR)
  const another = peerIdOf(mldsaKeygen(THIRD_SEED).publicKey)
  const [claim, proof] = initiatorAsResponder(handshake)
  const refused = { step: 2, sent: 1 } as const
  const self = 'from_the_own_identity'
  const mismatch = 'from_another_identity_than_dialled'
  return [
    { name: 'from_the_dialled_identity', step: 2, edit: [], dialled, end: 'ok', sent: 2 },
    { ...refused, name: mismatch, edit: [], dialled: another, end: 'HS_PEER_MISMATCH' },
    { ...refused, name: `${mismatch}_unproven`, edit: [SPOILED], dialled: another, end: 'HS_SIGNATURE' },
    { ...refused, name: self, edit: [claim, proof], end: 'HS_SELF' },
    { ...refused, name: `${self}_another_was_dialled`, edit: [claim, proof], dialled, end: 'HS_SELF' },
    { ...refused, name: `${self}_unproven`, edit: [claim], end: 'HS_SIGNATURE' },
  ]
}

function ofTheInitiator(handshake: PinnedHandshake): Draft[] {
  const [claim, proof] = responderAsInitiator(handshake)
  const refused = { step: 3, sent: 1 } as const
  return [
    { ...refused, name: 'from_the_own_identity', edit: [claim, proof], end: 'HS_SELF' },
    { ...refused, name: 'from_the_own_identity_unproven', edit: [claim], end: 'HS_SIGNATURE' },
  ]
}

/** Message 2 as I itself would make it. */
function initiatorAsResponder({ profile, responder, secrets, identityI }: PinnedHandshake): readonly [Edit, Edit] {
  const idR = identityI.publicKey
  const digest = responderDigest(profile, { ...responder, idR }, secrets.ssI)
  return [put(ID_R_AT, idR), put(SIG_R_AT, mldsaSign(digest, identityI.secretKey))]
}

/** Message 3 as R itself would make it. */
function responderAsInitiator(handshake: PinnedHandshake): readonly [Edit, Edit] {
  const { profile, responder, initiator, secrets, identityR } = handshake
  const idI = identityR.publicKey
  const digest = initiatorDigest(profile, responder, { ...initiator, idI }, secrets)
  return [put(ID_I_AT, idI), put(SIG_I_AT, mldsaSign(digest, identityR.secretKey))]
}

function put(at: number, bytes: Uint8Array): Edit {
  return { at: PREFIX_BYTES + at, put: toHex(bytes) }
}
