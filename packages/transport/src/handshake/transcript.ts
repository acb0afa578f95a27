import { ascii, sha256 } from '@montana/codec'
import type { HandshakeProfile } from './profile.js'

/** T1 without P: what the responder signs. */
export interface ResponderPart {
  readonly ekI: Uint8Array
  readonly ekR: Uint8Array
  readonly ctI: Uint8Array
  readonly idR: Uint8Array
}

/** T2 without T1: what the initiator adds and signs. */
export interface InitiatorPart {
  readonly sigR: Uint8Array
  readonly ctR: Uint8Array
  readonly idI: Uint8Array
}

/** The two shared secrets; ss_i belongs to ek_i. 32 bytes each. */
export interface SharedSecrets {
  readonly ssI: Uint8Array
  readonly ssR: Uint8Array
}

export interface SessionKeys {
  /** S_i2r and S_r2i: AEAD keys in pq, chain secrets in hybrid. 32 bytes each. */
  readonly i2r: Uint8Array
  readonly r2i: Uint8Array
  /** th: never sent, its first 8 bytes name the session in logs. */
  readonly transcriptHash: Uint8Array
}

/** dR = SHA256(L"sig-r" ‖ T1 ‖ ss_i): spec transport 4.3. */
export function responderDigest(profile: HandshakeProfile, part: ResponderPart, ssI: Uint8Array): Uint8Array {
  return sha256(label(profile, 'sig-r'), ...t1(profile, part), ssI)
}

/** dI = SHA256(L"sig-i" ‖ T2 ‖ ss_i ‖ ss_r): spec transport 4.3. */
export function initiatorDigest(
  profile: HandshakeProfile,
  responder: ResponderPart,
  initiator: InitiatorPart,
  secrets: SharedSecrets,
): Uint8Array {
  return sha256(label(profile, 'sig-i'), ...t2(profile, responder, initiator), secrets.ssI, secrets.ssR)
}

/** M = SHA256(L"master" ‖ ss_i ‖ ss_r ‖ T3): spec transport 4.3. The caller wipes it. */
export function masterSecret(
  profile: HandshakeProfile,
  responder: ResponderPart,
  initiator: InitiatorPart,
  sigI: Uint8Array,
  secrets: SharedSecrets,
): Uint8Array {
  return sha256(label(profile, 'master'), secrets.ssI, secrets.ssR, ...t2(profile, responder, initiator), sigI)
}

/** All that both ends know after the third message: spec transport 4.3. */
export function sessionKeys(
  profile: HandshakeProfile,
  responder: ResponderPart,
  initiator: InitiatorPart,
  sigI: Uint8Array,
  secrets: SharedSecrets,
): SessionKeys {
  const master = masterSecret(profile, responder, initiator, sigI, secrets)
  try {
    return {
      i2r: sha256(label(profile, 'i2r'), master),
      r2i: sha256(label(profile, 'r2i'), master),
      transcriptHash: sha256(label(profile, 'transcript'), ...t2(profile, responder, initiator), sigI),
    }
  } finally {
    master.fill(0)
  }
}

function t1(profile: HandshakeProfile, part: ResponderPart): Uint8Array[] {
  return [profile.prologue, part.ekI, part.ekR, part.ctI, part.idR]
}

function t2(profile: HandshakeProfile, responder: ResponderPart, initiator: InitiatorPart): Uint8Array[] {
  return [...t1(profile, responder), initiator.sigR, initiator.ctR, initiator.idI]
}

function label(profile: HandshakeProfile, name: string): Uint8Array {
  return ascii(profile.labelPrefix + name)
}
