import { sha256 } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import {
  checkedTotalLength,
  FrameDecoder,
  FrameOpener,
  FrameSealer,
  frameNonce,
  IDENTITY_KEY_BYTES,
  MAX_PAD_BYTES,
  MESSAGE_1_BYTES,
  MESSAGE_2_BYTES,
  MESSAGE_3_BYTES,
  PQ_MAX_PLAINTEXT_BYTES,
  PQ_PROFILE,
  SIGNATURE_BYTES,
  TransportError,
} from '@montana/transport'
import { type Fields, toBytes, toNumber } from '../fields.js'
import { Matching } from '../matching.js'
import type { Area, Value, Values } from '../types.js'
import { handshake, isHandshake } from './noise-handshake.js'

const KEM_CIPHERTEXT_BYTES = 1088

/** Spec transport 4, 5. */
export const noiseArea: Area = {
  name: 'noise-pq',
  kinds: [
    {
      title: 'handshake',
      matches: isHandshake,
      backends: ['noble'],
      run: (input) => handshake(input, PQ_PROFILE),
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
