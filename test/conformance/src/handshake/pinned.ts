import { sha256 } from '@montana/codec'
import { mldsaKeygen, mldsaSign, mlkemEncapsulate, mlkemKeygen, type OracleKeyPair } from '@montana/crypto/oracle'
import { concatBytes } from '@montana/foundation'
import {
  type HandshakeProfile,
  type InitiatorPart,
  initiatorDigest,
  padMessage,
  type ResponderPart,
  responderDigest,
  type SharedSecrets,
} from '@montana/transport'

/** The six inputs that pin a handshake: spec transport appendix B. Seeds of 32 and 64 bytes, coins of 32. */
export interface PinnedInputs {
  readonly identityI: Uint8Array
  readonly identityR: Uint8Array
  readonly kemI: Uint8Array
  readonly kemR: Uint8Array
  readonly coinsI: Uint8Array
  readonly coinsR: Uint8Array
}

/** A whole handshake without padding and with deterministic signatures. */
export interface PinnedHandshake {
  readonly profile: HandshakeProfile
  readonly inputs: PinnedInputs
  readonly identityI: OracleKeyPair
  readonly identityR: OracleKeyPair
  readonly responder: ResponderPart
  readonly initiator: InitiatorPart
  readonly sigI: Uint8Array
  readonly secrets: SharedSecrets
  /** On the wire, by number: length prefix and core. */
  readonly messages: Readonly<Record<MessageNumber, Uint8Array>>
}

export type MessageNumber = 1 | 2 | 3

const NO_PAD = new Uint8Array(0)

/** Appendix B in its two profiles; the outer keys of hybrid are opaque bytes here. */
export const APPENDIX_B: PinnedInputs = {
  identityI: new Uint8Array(32).fill(0x31),
  identityR: new Uint8Array(32).fill(0x32),
  kemI: new Uint8Array(64).fill(0x33),
  kemR: new Uint8Array(64).fill(0x34),
  coinsI: new Uint8Array(32).fill(0x35),
  coinsR: new Uint8Array(32).fill(0x36),
}

export function pinnedHandshake(inputs: PinnedInputs, profile: HandshakeProfile): PinnedHandshake {
  const [identityI, identityR] = [mldsaKeygen(inputs.identityI), mldsaKeygen(inputs.identityR)]
  const [kemI, kemR] = [mlkemKeygen(inputs.kemI), mlkemKeygen(inputs.kemR)]
  const [toI, toR] = [mlkemEncapsulate(kemI.publicKey, inputs.coinsI), mlkemEncapsulate(kemR.publicKey, inputs.coinsR)]
  const secrets = { ssI: toI.sharedSecret, ssR: toR.sharedSecret }
  const responder = { ekI: kemI.publicKey, ekR: kemR.publicKey, ctI: toI.cipherText, idR: identityR.publicKey }
  const sigR = mldsaSign(responderDigest(profile, responder, secrets.ssI), identityR.secretKey)
  const initiator = { sigR, ctR: toR.cipherText, idI: identityI.publicKey }
  const sigI = mldsaSign(initiatorDigest(profile, responder, initiator, secrets), identityI.secretKey)
  const messages = {
    1: padMessage(responder.ekI, NO_PAD),
    2: padMessage(concatBytes(responder.ekR, responder.ctI, responder.idR, sigR), NO_PAD),
    3: padMessage(concatBytes(initiator.ctR, initiator.idI, sigI), NO_PAD),
  }
  return { profile, inputs, identityI, identityR, responder, initiator, sigI, secrets, messages }
}

const known = new Map<string, PinnedHandshake>()

/** As {@link pinnedHandshake}, computed once: every case of a file asks for the same few. */
export function cachedHandshake(inputs: PinnedInputs, profile: HandshakeProfile): PinnedHandshake {
  const parts = [new TextEncoder().encode(profile.labelPrefix), profile.prologue, ...Object.values(inputs)]
  const key = Buffer.from(sha256(...parts)).toString('hex')
  const found = known.get(key) ?? pinnedHandshake(inputs, profile)
  known.set(key, found)
  return found
}
