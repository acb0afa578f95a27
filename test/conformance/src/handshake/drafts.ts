import { mldsaSign } from '@montana/crypto/oracle'
import { toHex } from '@montana/foundation'
import { initiatorDigest, MAX_PAD_BYTES, responderDigest } from '@montana/transport'
import { cuts } from './cuts.js'
import type { Draft } from './draft.js'
import { type Edit, edited } from './edit.js'
import { identities } from './identities.js'
import { CORE_BYTES, PREFIX_BYTES, SIG_I_AT, SIG_R_AT } from './layout.js'
import { APPENDIX_B, type MessageNumber, type PinnedHandshake, pinnedHandshake } from './pinned.js'
import { forgedByInitiator, forgedByResponder, type ProfileName } from './signatures.js'

/** First and last byte of every field, from the start of the core: spec transport 4.2. */
const FIELDS: Readonly<Record<MessageNumber, Readonly<Record<string, readonly [number, number]>>>> = {
  1: { rho: [1152, 1183] },
  2: { ek_r: [0, 1183], ct_i: [1184, 2271], id_r: [2272, 4223], sig_r: [4224, 7532] },
  3: { ct_r: [0, 1087], id_i: [1088, 3039], sig_i: [3040, 6348] },
}
/** Messages of the obsolete XK form: spec transport 3. */
const XK_MESSAGE_BYTES: Readonly<Record<MessageNumber, number>> = { 1: 2272, 2: 6349, 3: 5261 }
/** Two coefficients of 12 bits, both 4095. */
const NOT_REDUCED = 'ffffff'
/** Where the 768 coefficients of a KEM key begin and where the last two are. */
const COEFFICIENTS_AT = [0, 1149] as const
const q = 3329

/** Everything that is tried on one profile. */
export function drafts(name: ProfileName, handshake: PinnedHandshake): Draft[] {
  return [
    ...([1, 2, 3] as const).flatMap((step) => [
      ...[...valid(step, handshake), ...lengths(step), ...cuts(step, handshake)],
      ...flips(step),
    ]),
    ...kemKeys(handshake),
    ...forgeries(2, SIG_R_AT, forgedByResponder(name, handshake)),
    ...forgeries(3, SIG_I_AT, forgedByInitiator(name, handshake)),
    ...replays(handshake),
    ...identities(handshake),
  ]
}

/** What must be taken: any padding, and a hedged signature. */
function valid(step: MessageNumber, handshake: PinnedHandshake): Draft[] {
  const padded = CORE_BYTES[step] + MAX_PAD_BYTES
  const pad: Edit[] = [
    { at: 0, put: u16(padded) },
    { at: PREFIX_BYTES + CORE_BYTES[step], put: 'a5'.repeat(MAX_PAD_BYTES) },
  ]
  const hedged = hedgedSignature(step, handshake)
  return [
    { name: 'without_pad', step, edit: [], end: 'ok' },
    { name: 'with_the_longest_pad', step, edit: pad, end: 'ok' },
    ...(hedged ? [{ name: 'with_a_hedged_signature', step, edit: [hedged], end: 'ok' }] : []),
  ]
}

function hedgedSignature(step: MessageNumber, handshake: PinnedHandshake): Edit | undefined {
  const { profile, responder, initiator, secrets, identityI, identityR } = handshake
  const options = { randomness: new Uint8Array(32).fill(0x3a) }
  if (step === 2) {
    const digest = responderDigest(profile, responder, secrets.ssI)
    return { at: PREFIX_BYTES + SIG_R_AT, put: toHex(mldsaSign(digest, identityR.secretKey, options)) }
  }
  if (step !== 3) return undefined
  const digest = initiatorDigest(profile, responder, initiator, secrets)
  return { at: PREFIX_BYTES + SIG_I_AT, put: toHex(mldsaSign(digest, identityI.secretKey, options)) }
}

function lengths(step: MessageNumber): Draft[] {
  const core = CORE_BYTES[step]
  const announced = {
    one_byte_less: u16(core - 1),
    one_byte_more_than_the_longest_pad: u16(core + MAX_PAD_BYTES + 1),
    nothing: u16(0),
    all_that_fits: u16(0xffff),
    big_endian: Buffer.from(u16(core), 'hex').reverse().toString('hex'),
    a_message_of_the_obsolete_form: u16(XK_MESSAGE_BYTES[step]),
  }
  const drafts = Object.entries(announced).map(([what, put]) => ({
    ...{ name: `announces_${what}`, step, edit: [{ at: 0, put }], end: 'HS_SIZE' },
  }))
  const reflected =
    step === 2 ? [{ name: 'is_the_own_message_1', step, base: 1 as const, edit: [], end: 'HS_SIZE' }] : []
  // What message 1 begins with is a length that could be.
  const bare =
    step === 1 ? [] : [{ name: 'has_no_length', step, edit: [{ at: 0, drop: PREFIX_BYTES }], end: 'HS_SIZE' }]
  return [...drafts, ...bare, ...reflected]
}

function flips(step: MessageNumber): Draft[] {
  return Object.entries(FIELDS[step]).flatMap(([field, [first, last]]) =>
    Object.entries({ first, last }).map(([which, at]) => ({
      ...{ name: `${field}_${which}_byte`, step, edit: [{ at: PREFIX_BYTES + at, xor: '01' }], end: 'HS_SIGNATURE' },
    })),
  )
}

/** FIPS 203: every coefficient is below q. A key of the responder is looked at only once its signature holds. */
function kemKeys(handshake: PinnedHandshake): Draft[] {
  const [first, last] = COEFFICIENTS_AT
  const second = handshake.messages[1][PREFIX_BYTES + 1] ?? 0
  const firstIs = (value: number): Edit => {
    const high = (second & 0xf0) | (value >> 8)
    return { at: PREFIX_BYTES, put: toHex(Uint8Array.of(value & 0xff, high)) }
  }
  return [
    {
      name: 'ek_i_first_coefficients_too_large',
      step: 1,
      edit: [{ at: PREFIX_BYTES + first, put: NOT_REDUCED }],
      end: 'HS_KEM_KEY',
    },
    {
      name: 'ek_i_last_coefficients_too_large',
      step: 1,
      edit: [{ at: PREFIX_BYTES + last, put: NOT_REDUCED }],
      end: 'HS_KEM_KEY',
    },
    { name: 'ek_i_coefficient_equal_to_q', step: 1, edit: [firstIs(q)], end: 'HS_KEM_KEY' },
    { name: 'ek_i_another_valid_key', step: 1, edit: [firstIs(q - 1)], end: 'HS_SIGNATURE' },
    { name: 'ek_r_too_large_unsigned', step: 2, edit: [{ at: PREFIX_BYTES, put: NOT_REDUCED }], end: 'HS_SIGNATURE' },
    { name: 'ek_r_too_large_but_signed', step: 2, edit: signedBadKey(handshake), end: 'HS_KEM_KEY' },
    { name: 'ct_r_of_zeros', step: 3, edit: [{ at: PREFIX_BYTES, put: '00'.repeat(1088) }], end: 'HS_SIGNATURE' },
  ]
}

function signedBadKey({ profile, responder, secrets, identityR }: PinnedHandshake): Edit[] {
  const ekR = edited(responder.ekR, [{ at: 0, put: NOT_REDUCED }])
  const sigR = mldsaSign(responderDigest(profile, { ...responder, ekR }, secrets.ssI), identityR.secretKey)
  return [
    { at: PREFIX_BYTES, put: NOT_REDUCED },
    { at: PREFIX_BYTES + SIG_R_AT, put: toHex(sigR) },
  ]
}

function forgeries(step: MessageNumber, at: number, signatures: Readonly<Record<string, Uint8Array>>): Draft[] {
  return Object.entries(signatures).map(([what, signature]) => ({
    ...{
      name: `signature_${what}`,
      step,
      edit: [{ at: PREFIX_BYTES + at, put: toHex(signature) }],
      end: 'HS_SIGNATURE',
    },
  }))
}

/** Genuine messages of the same two nodes, of a session in which I had another KEM key. */
function replays({ profile }: PinnedHandshake): Draft[] {
  const other = pinnedHandshake({ ...APPENDIX_B, kemI: new Uint8Array(64).fill(0x3b) }, profile)
  return ([2, 3] as const).map((step) => ({
    ...{ name: 'of_another_session', step, edit: [{ at: 0, put: toHex(other.messages[step]) }], end: 'HS_SIGNATURE' },
  }))
}

function u16(value: number): string {
  return toHex(Uint8Array.of(value & 0xff, value >> 8))
}
