import { sha256 } from '@montana/codec'
import { mldsaKeygen, mldsaSign, mlkemEncapsulate, mlkemKeygen } from '@montana/crypto/oracle'
import { concatBytes } from '@montana/foundation'
import {
  checkedTotalLength,
  FrameDecoder,
  FrameOpener,
  FrameSealer,
  frameNonce,
  IDENTITY_KEY_BYTES,
  initiatorDigest,
  MAX_PAD_BYTES,
  MESSAGE_1_BYTES,
  MESSAGE_2_BYTES,
  MESSAGE_3_BYTES,
  masterSecret,
  PQ_MAX_PLAINTEXT_BYTES,
  PQ_PROFILE,
  responderDigest,
  SIGNATURE_BYTES,
  sessionKeys,
  TransportError,
} from '@montana/transport'
import { type Fields, toBytes, toNumber } from '../fields.js'
import { Matching } from '../matching.js'
import type { Area, Value, Values } from '../types.js'

const KEM_CIPHERTEXT_BYTES = 1088

/** The six inputs that pin a handshake: spec transport appendix B. */
const HANDSHAKE_INPUTS = {
  identityI: ['identity_seed_i', 'identity_seed_i_hex', 'id_seed_i', 'initiator_identity_seed'],
  identityR: ['identity_seed_r', 'identity_seed_r_hex', 'id_seed_r', 'responder_identity_seed'],
  kemI: ['kem_seed_i', 'kem_seed_i_hex', 'ek_seed_i', 'initiator_kem_seed'],
  kemR: ['kem_seed_r', 'kem_seed_r_hex', 'ek_seed_r', 'responder_kem_seed'],
  coinsI: ['coins_i', 'coins_i_hex', 'ct_i_coins', 'coins_ct_i', 'm_i'],
  coinsR: ['coins_r', 'coins_r_hex', 'ct_r_coins', 'coins_ct_r', 'm_r'],
} as const

/** Spec transport 4, 5. */
export const noiseArea: Area = {
  name: 'noise-pq',
  kinds: [
    {
      title: 'handshake',
      matches: (input) => Object.values(HANDSHAKE_INPUTS).every((names) => input.nameOf(...names) !== undefined),
      backends: ['noble'],
      run: handshake,
    },
    {
      title: 'message sizes',
      matches: (input) => input.keys.length === 0,
      backends: ['typescript'],
      run: () => ({
        xx_msg1: MESSAGE_1_BYTES,
        xx_msg2: MESSAGE_2_BYTES,
        xx_msg3: MESSAGE_3_BYTES,
        max_pad: MAX_PAD_BYTES,
        // the obsolete form of spec transport 3, which is never spoken: key and ciphertext, then identity and signature
        xk_msg1: MESSAGE_1_BYTES + KEM_CIPHERTEXT_BYTES,
        xk_msg2: KEM_CIPHERTEXT_BYTES + IDENTITY_KEY_BYTES + SIGNATURE_BYTES,
        xk_msg3: IDENTITY_KEY_BYTES + SIGNATURE_BYTES,
        aead_max_plaintext: PQ_MAX_PLAINTEXT_BYTES,
      }),
    },
  ],
}

export const noiseNegativeArea: Area = {
  name: 'noise-pq-negative',
  kinds: [
    {
      title: 'announced length',
      matches: (input) => input.has('core') && input.nameOf('total_len_values', 'total_len') !== undefined,
      backends: ['typescript'],
      run: (input) => {
        const lengths = input.has('total_len') ? [input.raw('total_len')] : input.list('total_len_values')
        const refused = lengths.filter((length) => isRefused(toNumber(length), input.number('core')))
        if (refused.length === lengths.length) return { error: new Matching('HS_SIZE', /^BadMsgSize$/) }
        return { error: refused.length === 0 ? 'none' : `only ${refused.join(', ')} refused` }
      },
    },
  ],
}

function isRefused(totalLength: number, coreBytes: number): boolean {
  const prefix = new Uint8Array(2)
  new DataView(prefix.buffer).setUint16(0, totalLength, true)
  try {
    checkedTotalLength(prefix, coreBytes)
    return false
  } catch (error) {
    if (error instanceof TransportError && error.code === 'HS_SIZE') return true
    throw error
  }
}

/** Spec transport 7.1. */
export const noiseStreamArea: Area = {
  name: 'noise-pq-stream',
  kinds: [
    {
      title: 'frames',
      matches: (input) => input.has('plaintexts') && input.nameOf('key_hex', 'key') !== undefined,
      backends: ['typescript'],
      run: frames,
    },
  ],
}

function frames(input: Fields): Value {
  const key = input.bytes(input.nameOf('key_hex', 'key') ?? '')
  const first = input.has('first_counter') ? input.number('first_counter') : 0
  const plaintexts = input.list('plaintexts').map((plaintext) => toBytes(plaintext, 'plaintexts'))
  const sealer = new FrameSealer(key, first)
  const sealed = plaintexts.map((plaintext) => new Uint8Array(sealer.seal([plaintext], plaintext.length)))
  const all = concatBytes(...sealed)
  checkOpens(all, new FrameOpener(key, first), plaintexts)
  const perFrame = sealed.map(
    (frame, i): Values => ({
      [`frame${i}_hex`]: frame,
      [`frame${i}_len`]: frame.length,
      [`frame${i}_sha256`]: sha256(frame),
    }),
  )
  const nonces = sealed.map((_, i) => frameNonce(first + i))
  return Object.assign({ all_hex: all, all_len: all.length, all_sha256: sha256(all), nonces_hex: nonces }, ...perFrame)
}

/** The frames come back byte for byte, whatever the chunks in which they arrive. */
function checkOpens(bytes: Uint8Array, opener: FrameOpener, plaintexts: readonly Uint8Array[]): void {
  const decoder = new FrameDecoder()
  const opened: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += 1000) {
    for (const body of decoder.push(bytes.subarray(at, at + 1000))) opened.push(opener.open(body))
  }
  decoder.end()
  const isSame =
    opened.length === plaintexts.length && Buffer.compare(concatBytes(...opened), concatBytes(...plaintexts)) === 0
  if (!isSame) throw new Error('the frames do not open to what was sealed')
}

function handshake(input: Fields): Value {
  const bytes = (names: readonly string[]) => input.bytes(input.nameOf(...names) ?? '')
  const identityI = mldsaKeygen(bytes(HANDSHAKE_INPUTS.identityI))
  const identityR = mldsaKeygen(bytes(HANDSHAKE_INPUTS.identityR))
  const kemI = mlkemKeygen(bytes(HANDSHAKE_INPUTS.kemI))
  const kemR = mlkemKeygen(bytes(HANDSHAKE_INPUTS.kemR))
  const first = mlkemEncapsulate(kemI.publicKey, bytes(HANDSHAKE_INPUTS.coinsI))
  const second = mlkemEncapsulate(kemR.publicKey, bytes(HANDSHAKE_INPUTS.coinsR))
  const secrets = { ssI: first.sharedSecret, ssR: second.sharedSecret }
  const responder = { ekI: kemI.publicKey, ekR: kemR.publicKey, ctI: first.cipherText, idR: identityR.publicKey }
  const dR = responderDigest(PQ_PROFILE, responder, secrets.ssI)
  const sigR = mldsaSign(dR, identityR.secretKey)
  const initiator = { sigR, ctR: second.cipherText, idI: identityI.publicKey }
  const dI = initiatorDigest(PQ_PROFILE, responder, initiator, secrets)
  const sigI = mldsaSign(dI, identityI.secretKey)
  const { i2r, r2i, transcriptHash } = sessionKeys(PQ_PROFILE, responder, initiator, sigI, secrets)
  const [message2, message3] = [
    concatBytes(responder.ekR, responder.ctI, responder.idR, sigR),
    concatBytes(initiator.ctR, initiator.idI, sigI),
  ]
  return {
    ss_i: secrets.ssI,
    ss_r: secrets.ssR,
    dR,
    dI,
    M: masterSecret(PQ_PROFILE, responder, initiator, sigI, secrets),
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
