import { mldsaKeygen, mldsaSign, mlkemEncapsulate, mlkemKeygen } from '@montana/crypto/oracle'
import type { TranscriptAnswers } from '../src/handshake/self-test.js'
import {
  type HandshakeProfile,
  hybridProfile,
  initiatorDigest,
  masterSecret,
  PQ_PROFILE,
  responderDigest,
  sessionKeys,
} from '../src/index.js'
import { filled, hex } from './harness.js'

/** The pinned inputs of spec transport appendix B. */
export const identityI = mldsaKeygen(filled(32, 0x31))
export const identityR = mldsaKeygen(filled(32, 0x32))
export const kemI = mlkemKeygen(filled(64, 0x33))
export const kemR = mlkemKeygen(filled(64, 0x34))
export const toI = mlkemEncapsulate(kemI.publicKey, filled(32, 0x35))
export const toR = mlkemEncapsulate(kemR.publicKey, filled(32, 0x36))
const OUTER = { initiator: filled(32, 0x37), responder: filled(32, 0x38) }
export const HYBRID = hybridProfile(OUTER)

/** Both sides of the handshake at once, by the oracle. */
export function runCore(profile: HandshakeProfile) {
  const secrets = { ssI: toI.sharedSecret, ssR: toR.sharedSecret }
  const responder = { ekI: kemI.publicKey, ekR: kemR.publicKey, ctI: toI.cipherText, idR: identityR.publicKey }
  const dR = responderDigest(profile, responder, secrets.ssI)
  const initiator = { sigR: mldsaSign(dR, identityR.secretKey), ctR: toR.cipherText, idI: identityI.publicKey }
  const dI = initiatorDigest(profile, responder, initiator, secrets)
  const sigI = mldsaSign(dI, identityI.secretKey)
  const master = masterSecret(profile, responder, initiator, sigI, secrets)
  return { dR, dI, sigR: initiator.sigR, sigI, master, ...sessionKeys(profile, responder, initiator, sigI, secrets) }
}

/** What `fixtures/self-test.json` holds; a test compares the two. */
export function selfTestAnswers(): TranscriptAnswers {
  return {
    identitySeedI: hex(filled(32, 0x31)),
    identitySeedR: hex(filled(32, 0x32)),
    ekI: hex(kemI.publicKey),
    ekR: hex(kemR.publicKey),
    ctI: hex(toI.cipherText),
    ctR: hex(toR.cipherText),
    ssI: hex(toI.sharedSecret),
    ssR: hex(toR.sharedSecret),
    opkI: hex(OUTER.initiator),
    opkR: hex(OUTER.responder),
    pq: profileAnswers(PQ_PROFILE),
    hybrid: profileAnswers(HYBRID),
  }
}

function profileAnswers(profile: HandshakeProfile) {
  const { dR, dI, sigR, sigI, i2r, r2i, transcriptHash } = runCore(profile)
  return {
    sigR: hex(sigR),
    sigI: hex(sigI),
    dR: hex(dR),
    dI: hex(dI),
    i2r: hex(i2r),
    r2i: hex(r2i),
    th: hex(transcriptHash),
  }
}
