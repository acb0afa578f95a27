import { ascii, sha256 } from '@montana/codec'
import { mldsaSign } from '@montana/crypto/oracle'
import { type HandshakeProfile, initiatorDigest, PQ_PROFILE, responderDigest } from '@montana/transport'
import type { PinnedHandshake } from './pinned.js'

/** Spec transport 6.2, with the outer keys of appendix B. */
export const HYBRID_LABELS: HandshakeProfile = {
  labelPrefix: 'mt-noise-hybrid-v1-',
  prologue: Uint8Array.from({ length: 64 }, (_, index) => (index < 32 ? 0x37 : 0x38)),
}
export const PROFILES = { pq: PQ_PROFILE, hybrid: HYBRID_LABELS } as const
export type ProfileName = keyof typeof PROFILES

/** Signatures that somebody might take for the right one, by what is wrong with them. */
export type Forgeries = Readonly<Record<string, Uint8Array>>

const SEPARATOR = Uint8Array.of(0)
const ZERO_SECRET = new Uint8Array(32)

/** In the place of sig_r. */
export function forgedByResponder(name: ProfileName, handshake: PinnedHandshake): Forgeries {
  const { profile, responder, secrets, identityR, identityI } = handshake
  const { ekI, ekR, ctI, idR } = responder
  const own = ascii(`${profile.labelPrefix}sig-r`)
  const t1 = [profile.prologue, ekI, ekR, ctI, idR]
  const sign = (digest: Uint8Array) => mldsaSign(digest, identityR.secretKey)
  const digest = responderDigest(profile, responder, secrets.ssI)
  const ofProfile = (other: HandshakeProfile) => sign(responderDigest(other, responder, secrets.ssI))
  return {
    label_of_the_initiator: sign(sha256(ascii(`${profile.labelPrefix}sig-i`), ...t1, secrets.ssI)),
    separator_after_label: sign(sha256(own, SEPARATOR, ...t1, secrets.ssI)),
    secret_left_out: sign(sha256(own, ...t1)),
    secret_of_zeros: sign(responderDigest(profile, responder, ZERO_SECRET)),
    secret_before_transcript: sign(sha256(own, secrets.ssI, ...t1)),
    key_of_the_initiator: mldsaSign(digest, identityI.secretKey),
    with_a_context: mldsaSign(digest, identityR.secretKey, { context: ascii('montana') }),
    over_the_raw_transcript: mldsaSign(joined(own, ...t1, secrets.ssI), identityR.secretKey),
    ...foreignProfiles(name, profile, ofProfile),
  }
}

/** In the place of sig_i. */
export function forgedByInitiator(name: ProfileName, handshake: PinnedHandshake): Forgeries {
  const { profile, responder, initiator, secrets, identityR, identityI } = handshake
  const { ekI, ekR, ctI, idR } = responder
  const { sigR, ctR, idI } = initiator
  const own = ascii(`${profile.labelPrefix}sig-i`)
  const t1 = [profile.prologue, ekI, ekR, ctI, idR]
  const t2 = [...t1, sigR, ctR, idI]
  const { ssI, ssR } = secrets
  const sign = (digest: Uint8Array) => mldsaSign(digest, identityI.secretKey)
  const digest = initiatorDigest(profile, responder, initiator, secrets)
  const ofProfile = (other: HandshakeProfile) => sign(initiatorDigest(other, responder, initiator, secrets))
  return {
    label_of_the_responder: sign(sha256(ascii(`${profile.labelPrefix}sig-r`), ...t2, ssI, ssR)),
    separator_after_label: sign(sha256(own, SEPARATOR, ...t2, ssI, ssR)),
    first_secret_left_out: sign(sha256(own, ...t2, ssR)),
    second_secret_left_out: sign(sha256(own, ...t2, ssI)),
    secrets_swapped: sign(sha256(own, ...t2, ssR, ssI)),
    signature_of_the_responder_left_out: sign(sha256(own, ...t1, ctR, idI, ssI, ssR)),
    key_of_the_responder: mldsaSign(digest, identityR.secretKey),
    with_a_context: mldsaSign(digest, identityI.secretKey, { context: ascii('montana') }),
    over_the_raw_transcript: mldsaSign(joined(own, ...t2, ssI, ssR), identityI.secretKey),
    ...foreignProfiles(name, profile, ofProfile),
  }
}

/** What a relay, or somebody who plays one profile against the other, could offer. */
function foreignProfiles(
  name: ProfileName,
  profile: HandshakeProfile,
  sign: (profile: HandshakeProfile) => Uint8Array,
): Forgeries {
  const other = PROFILES[name === 'pq' ? 'hybrid' : 'pq']
  const labels = { other_profile: sign(other), other_label: sign({ ...profile, labelPrefix: other.labelPrefix }) }
  if (name === 'pq') return { ...labels, with_outer_keys: sign({ ...profile, prologue: other.prologue }) }
  const [outerI, outerR] = [profile.prologue.subarray(0, 32), profile.prologue.subarray(32)]
  const relay = new Uint8Array(32).fill(0x39)
  return {
    ...labels,
    outer_keys_left_out: sign({ ...profile, prologue: new Uint8Array(0) }),
    outer_keys_swapped: sign({ ...profile, prologue: joined(outerR, outerI) }),
    outer_key_of_a_relay_to_initiator: sign({ ...profile, prologue: joined(outerI, relay) }),
    outer_key_of_a_relay_to_responder: sign({ ...profile, prologue: joined(relay, outerR) }),
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
