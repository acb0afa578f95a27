import { sha256 } from '@montana/codec'
import { mldsaKeygen, mldsaSign, mlkemEncapsulate, mlkemKeygen } from '@montana/crypto/oracle'
import { concatBytes } from '@montana/foundation'
import { type HandshakeProfile, initiatorDigest, masterSecret, responderDigest, sessionKeys } from '@montana/transport'
import type { Fields } from '../fields.js'
import type { Values } from '../types.js'

/** The six inputs that pin a handshake: spec transport appendix B. */
const HANDSHAKE_INPUTS = {
  identityI: ['identity_seed_i', 'identity_seed_i_hex', 'id_seed_i', 'initiator_identity_seed'],
  identityR: ['identity_seed_r', 'identity_seed_r_hex', 'id_seed_r', 'responder_identity_seed'],
  kemI: ['kem_seed_i', 'kem_seed_i_hex', 'ek_seed_i', 'initiator_kem_seed'],
  kemR: ['kem_seed_r', 'kem_seed_r_hex', 'ek_seed_r', 'responder_kem_seed'],
  coinsI: ['coins_i', 'coins_i_hex', 'ct_i_coins', 'coins_ct_i', 'm_i'],
  coinsR: ['coins_r', 'coins_r_hex', 'ct_r_coins', 'coins_ct_r', 'm_r'],
} as const

export function isHandshake(input: Fields): boolean {
  return Object.values(HANDSHAKE_INPUTS).every((names) => input.nameOf(...names) !== undefined)
}

/** All of a handshake, by the oracle: digests, secrets and the hashes of its messages. */
export function handshake(input: Fields, profile: HandshakeProfile): Values {
  const bytes = (names: readonly string[]) => input.bytes(input.nameOf(...names) ?? '')
  const identityI = mldsaKeygen(bytes(HANDSHAKE_INPUTS.identityI))
  const identityR = mldsaKeygen(bytes(HANDSHAKE_INPUTS.identityR))
  const kemI = mlkemKeygen(bytes(HANDSHAKE_INPUTS.kemI))
  const kemR = mlkemKeygen(bytes(HANDSHAKE_INPUTS.kemR))
  const first = mlkemEncapsulate(kemI.publicKey, bytes(HANDSHAKE_INPUTS.coinsI))
  const second = mlkemEncapsulate(kemR.publicKey, bytes(HANDSHAKE_INPUTS.coinsR))
  const secrets = { ssI: first.sharedSecret, ssR: second.sharedSecret }
  const responder = { ekI: kemI.publicKey, ekR: kemR.publicKey, ctI: first.cipherText, idR: identityR.publicKey }
  const dR = responderDigest(profile, responder, secrets.ssI)
  const sigR = mldsaSign(dR, identityR.secretKey)
  const initiator = { sigR, ctR: second.cipherText, idI: identityI.publicKey }
  const dI = initiatorDigest(profile, responder, initiator, secrets)
  const sigI = mldsaSign(dI, identityI.secretKey)
  const { i2r, r2i, transcriptHash } = sessionKeys(profile, responder, initiator, sigI, secrets)
  const [message2, message3] = [
    concatBytes(responder.ekR, responder.ctI, responder.idR, sigR),
    concatBytes(initiator.ctR, initiator.idI, sigI),
  ]
  return {
    ss_i: secrets.ssI,
    ss_r: secrets.ssR,
    dR,
    dI,
    M: masterSecret(profile, responder, initiator, sigI, secrets),
    S_i2r: i2r,
    S_r2i: r2i,
    i2r,
    r2i,
    th: transcriptHash,
    msg1_sha256: sha256(responder.ekI),
    msg2_sha256: sha256(message2),
    msg3_sha256: sha256(message3),
    sig_r_sha256: sha256(sigR),
    sig_i_sha256: sha256(sigI),
  }
}
