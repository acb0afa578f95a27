import { decodeConfirmation } from '@montana/consensus'
import * as net from '@montana/network'
import { FrameDecoder, FrameOpener, FrameSealer, TransportError } from '@montana/transport'
import { confirmationLengthMatches } from '../../../../packages/network/dist/payloads/confirmation-length.js'
import { agreementOn, ExpectedBytes } from '../../../../packages/transport/dist/negotiation/agreement.js'
import { confirmationBytes } from '../samples/consensus.js'
import { bytesOf } from '../samples/ledger.js'
import * as sample from '../samples/network.js'
import { codecTarget, REFUSED, refusing, targetOf } from './codec-target.js'
import { Breach, COUNTED_ALLOWANCE, type Outcome, type Target } from './target.js'

const KEY = bytesOf(32, 1)

/** What a stranger's bytes meet before and beside the decoders of messages, and the short answers of a refusal. */
export function peerEdgeTargets(): readonly Target[] {
  return [confirmationLength(), rangeAnswer(), ...refusals(), agreement(), opener()]
}

/** Asked before the signature is: what decodes has a length that matches. The limits let nothing shorter in. */
function confirmationLength(): Target {
  const least = confirmationBytes({ opHashes: [], revealHashes: [] }).length
  const seeds = () => [confirmationBytes(), confirmationBytes({ opHashes: [], revealHashes: [] })]
  return targetOf(
    { name: 'network/confirmation-length', seeds, maxBytes: 8192, allocates: COUNTED_ALLOWANCE },
    (input) => {
      if (input.length < least) return 'refused'
      const decoded = refusing(undefined, () => decodeConfirmation(input))
      const isMatch = confirmationLengthMatches(input)
      if (decoded !== REFUSED && !isMatch) throw new Breach('property', 'what decodes has another length')
      return isMatch ? 'accepted' : 'refused'
    },
  )
}

/** What a client calls: the chunk, and that it answers this question. */
function rangeAnswer(): Target {
  const request = { window: 7, table: sample.TABLE, lo: sample.LOWEST, maxBytes: 16 * 1024 } as const
  const records = bytesOf(2 * sample.RECORD.length, 1)
  const chunk = { ...request, hi: sample.HIGHEST, recordCount: 2, records, proof: bytesOf(70, 4) }
  return codecTarget({
    name: 'network/range-chunk-answer',
    decode: (bytes) => net.decodeRangeChunkResponse(bytes, request),
    encode: net.encodeRangeChunkResponse,
    seeds: () => [net.encodeRangeChunkResponse(chunk)],
    holds: ({ window, table }, bytes) =>
      window === 7 && table === request.table && bytes.length <= request.maxBytes
        ? undefined
        : 'answers another question',
  })
}

function refusals(): readonly Target[] {
  return [
    codecTarget({
      name: 'network/batch-lookup-error',
      maxBytes: 64,
      decode: net.decodeBatchLookupError,
      encode: net.encodeBatchLookupError,
      seeds: () => [net.encodeBatchLookupError({ queryType: 1, error: 2 })],
    }),
    codecTarget({
      name: 'network/range-subscribe-error',
      maxBytes: 64,
      decode: net.decodeRangeSubscribeError,
      encode: net.encodeRangeSubscribeError,
      seeds: () => [net.encodeRangeSubscribeError(1)],
    }),
  ]
}

/** However it is cut: as many bytes belong to the agreement, and the same byte is the first foreign one. */
function agreement(): Target {
  const expected = agreementOn('/montana/noise-pq-xx/1.0.0')
  const taken = (chunks: readonly Uint8Array[]): number | undefined => {
    const reader = new ExpectedBytes(expected)
    let sum = 0
    for (const chunk of chunks) {
      const count = reader.take(chunk)
      if (count === undefined) return undefined
      sum += count
    }
    return sum
  }
  return targetOf({ name: 'network/agreement', seeds: () => [expected], maxBytes: 256 }, (input) => {
    const [whole, apart] = [taken([input]), taken(Array.from(input, (byte) => Uint8Array.of(byte)))]
    const isSame = Buffer.from(input.subarray(0, expected.length)).equals(expected.subarray(0, input.length))
    if (whole !== apart || (whole !== undefined) !== isSame) throw new Breach('property', `${whole}, ${apart} of it`)
    return whole === undefined ? 'refused' : 'accepted'
  })
}

/** Frames of the pq profile: what opens is sealed to the same bytes, and nothing opens in another place. */
function opener(): Target {
  const sealed = (texts: readonly Uint8Array[]): Uint8Array => {
    const sealer = new FrameSealer(KEY)
    return Buffer.concat(texts.map((text) => sealer.seal([text], text.length)))
  }
  const seeds = () => [sealed([bytesOf(5, 1), new Uint8Array(), bytesOf(300, 2)])]
  return targetOf({ name: 'network/frame-opener', seeds, maxBytes: 4096 }, (input): Outcome => {
    const [decoder, reader] = [new FrameDecoder(), new FrameOpener(KEY)]
    const texts: Uint8Array[] = []
    const end = refusing([TransportError], () => {
      for (const body of decoder.push(input)) texts.push(reader.open(body))
      decoder.end()
      return true
    })
    if (!Buffer.from(input).subarray(0, sealed(texts).length).equals(sealed(texts)))
      throw new Breach('not-canonical', 'what was opened is sealed to other bytes')
    return end === REFUSED ? 'refused' : 'accepted'
  })
}
