import { selectPqBackend } from '@montana/crypto'
import { bytesEqual, concatBytes } from '@montana/foundation'
import {
  FrameDecoder,
  FrameSealer,
  formatIp,
  type HandshakeChannel,
  type HandshakeModules,
  type HandshakeProfile,
  hybridProfile,
  initiate,
  PQ_PROFILE,
  padMessage,
  parseIp,
  RatchetOpener,
  RatchetSealer,
  respond,
  TransportError,
} from '@montana/transport'
import { NegotiationLines } from '../../../../packages/transport/dist/admission/negotiation-lines.js'
import { BoundaryTracker, checkOuterFrame } from '../../../../packages/transport/dist/outer/boundary.js'
import { bytesOf } from '../samples/ledger.js'
import { REFUSED, refusing, refusingAsync, targetOf } from './codec-target.js'
import { Breach, type Outcome, type Target } from './target.js'

const KEY = bytesOf(32, 1)
/** Marker after eight frames, data frames until the ninth: small, so that inputs of some frames meet every rule. */
const LIMITS = { framesPerEpoch: 6, sendMs: 1000, receiveMs: 2000, earlyMs: 10, earlyFrames: 3 }
const TIME = { monotonicMs: () => 0 }
const errors = [TransportError]

/** The secure channel and what comes before it. */
export function transportTargets(): readonly Target[] {
  const hybrid = hybridProfile({ initiator: bytesOf(32, 6), responder: bytesOf(32, 7) })
  return [
    frames(),
    ratchet(),
    boundaries(),
    lines(),
    ip(),
    ...handshakes('', PQ_PROFILE),
    ...handshakes('-hybrid', hybrid),
  ]
}

/** The bodies that come out, and the code it ended with, must not depend on how the stream was cut. */
function frames(): Target {
  const whole = (chunks: readonly Uint8Array[]): string => {
    const decoder = new FrameDecoder()
    const bodies: string[] = []
    const end = refusing(errors, () => {
      for (const chunk of chunks) for (const body of decoder.push(chunk)) bodies.push(hex(body))
      decoder.end()
      return 'whole'
    })
    return `${bodies.join(',')} ${end === REFUSED ? 'refused' : end}`
  }
  const seeds = () => [concatBytes(...sealed([bytesOf(5, 1), new Uint8Array()]))]
  return targetOf({ name: 'network/frames', seeds, maxBytes: 4096 }, (input) => {
    return sameVerdict(whole([input]), whole(cut(input)))
  })
}

function boundaries(): Target {
  const whole = (chunks: readonly Uint8Array[]): string => {
    let bodies = 0
    const tracker = new BoundaryTracker(checkOuterFrame, () => bodies++)
    const end = refusing(errors, () => {
      for (const chunk of chunks) tracker.follow(chunk)
      tracker.end()
      return 'whole'
    })
    return `${bodies} ${end === REFUSED ? 'refused' : end}`
  }
  const seeds = () => [concatBytes(...sealed([bytesOf(5, 1), bytesOf(300, 1)]))]
  return targetOf({ name: 'network/outer-boundaries', seeds, maxBytes: 4096 }, (input) => {
    return sameVerdict(whole([input]), whole(cut(input)))
  })
}

function lines(): Target {
  const limits = { bytes: 256, lines: 4 }
  const protocols = ['/montana/noise-pq-xx/1.0.0']
  const line = (text: string) => Buffer.from([text.length + 1, ...Buffer.from(`${text}\n`)])
  const seeds = () => [Buffer.concat([line('/multistream/1.0.0'), line('/x'), line(protocols[0] as string)])]
  return targetOf({ name: 'network/negotiation-lines', seeds, maxBytes: 1024 }, (input) => {
    const together = new NegotiationLines(limits, protocols).push(input)
    const one = new NegotiationLines(limits, protocols)
    const states = Array.from(input, (byte) => one.push([byte]))
    return sameVerdict(together, states.at(-1) ?? 'open')
  })
}

function ip(): Target {
  const decode = (bytes: Uint8Array) => parseIp(Buffer.from(bytes).toString('utf8')).bytes
  return targetOf(
    {
      ...{ name: 'network/ip', form: 'text', maxBytes: 128 },
      seeds: () => ['192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1', '::'].map((text) => Buffer.from(text)),
    },
    (input) => {
      const bytes = parsedOrRefused(() => decode(input))
      if (bytes === REFUSED) return 'refused'
      const again = parsedOrRefused(() => decode(Buffer.from(formatIp(bytes))))
      if (again !== REFUSED && bytesEqual(bytes, again)) return 'accepted'
      throw new Breach('no-round-trip', `${formatIp(bytes)} is another address`)
    },
  )
}

/** Its only declared refusal is a RangeError without a code: callers ask before, or catch it. */
function parsedOrRefused(parse: () => Uint8Array): Uint8Array | typeof REFUSED {
  try {
    return parse()
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith('not an IP address')) return REFUSED
    throw error
  }
}

/** Frames of the hybrid profile under small limits; a changed plaintext is sealed anew, for the MAC would hide the rest. */
function ratchet(): Target {
  const init = { chainSecret: KEY, time: TIME, limits: LIMITS }
  const repair = (input: Uint8Array): Uint8Array => {
    const sealer = new RatchetSealer({ ...init, chainSecret: Uint8Array.from(KEY) })
    const parts = bodiesOf(input).flatMap((body) => {
      const plain = body.subarray(0, Math.max(0, body.length - 16))
      return [sealer.takeControl(), sealer.seal([plain], plain.length)].filter((frame) => frame !== undefined)
    })
    return concatBytes(...parts)
  }
  return targetOf(
    {
      name: 'network/ratchet',
      repair,
      seeds: () => [repair(concatBytes(...sealed(Array(9).fill(bytesOf(3, 1)))))],
      maxBytes: 4096,
    },
    (input) => {
      const decoder = new FrameDecoder()
      const opener = new RatchetOpener({ ...init, chainSecret: Uint8Array.from(KEY) })
      const end = refusing(errors, () => {
        for (const body of decoder.push(input)) opener.open(body)
        decoder.end()
        return true
      })
      return end === REFUSED ? 'refused' : 'accepted'
    },
  )
}

/** One side of a handshake against a stream that the input is. No mutant may come out as a session. */
function handshakes(suffix: string, profile: HandshakeProfile): readonly Target[] {
  const common = { maxBytes: 16 * 1024, maxMs: 2000, acceptsNothing: true }
  return [
    targetOf(
      { name: `network/respond${suffix}`, ...common, seeds: async () => [await initiatorBytes()] },
      async (input) => {
        return await session(respond({ ...(await modules()), profile }, streamOf(input), NEVER))
      },
    ),
    targetOf(
      { name: `network/initiate${suffix}`, ...common, seeds: async () => [await responderBytes()] },
      async (input) => {
        return await session(initiate({ ...(await modules()), profile }, streamOf(input), NEVER))
      },
    ),
  ]
}

const NEVER = new AbortController().signal
let loaded: Promise<HandshakeModules> | undefined

function modules(): Promise<HandshakeModules> {
  loaded ??= selectPqBackend().then(async (backend) => ({
    ...{ profile: PQ_PROFILE, backend, checkRemote: () => {} },
    signer: await backend.importSigner(bytesOf(32, 5)),
  }))
  return loaded
}

/** Fresh keys on each side: what was recorded fits no other handshake. */
async function session(running: Promise<unknown>): Promise<Outcome> {
  const result = await refusingAsync(errors, () => running)
  if (result === REFUSED) return 'refused'
  throw new Breach('property', 'a recorded handshake was accepted')
}

async function initiatorBytes(): Promise<Uint8Array> {
  const { backend } = await modules()
  const { publicKey } = await backend.generateKem()
  return concatBytes(padMessage(publicKey, bytesOf(8, 1)), padMessage(bytesOf(1088 + 1952 + 3309, 3), bytesOf(4, 1)))
}

async function responderBytes(): Promise<Uint8Array> {
  const { backend, signer } = await modules()
  const ekR = (await backend.generateKem()).publicKey
  return padMessage(concatBytes(ekR, bytesOf(1088, 2), signer.publicKey, bytesOf(3309, 4)), bytesOf(4, 1))
}

/** Ends like a stream that was closed. */
function streamOf(input: Uint8Array): HandshakeChannel {
  let at = 0
  const take = (length: number): Uint8Array => {
    if (at + length > input.length) throw new TransportError('STREAM_RESET', 'the stream ended')
    at += length
    return input.subarray(at - length, at)
  }
  return {
    receive: async (prefixBytes, bodyBytes) => take(bodyBytes(take(prefixBytes))),
    send: async () => {},
  }
}

function sealed(plaintexts: readonly Uint8Array[]): Uint8Array[] {
  const sealer = new FrameSealer(KEY)
  return plaintexts.map((plaintext) => sealer.seal([plaintext], plaintext.length))
}

/** As far as the lengths hold. */
function bodiesOf(input: Uint8Array): Uint8Array[] {
  const bodies: Uint8Array[] = []
  for (let at = 0; at + 2 <= input.length; ) {
    const length = ((input[at] as number) << 8) | (input[at + 1] as number)
    bodies.push(input.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return bodies
}

/** Pieces of 1, 2, 3 … bytes. */
function cut(input: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0, length = 1; at < input.length; at += length++) pieces.push(input.subarray(at, at + length))
  return pieces
}

function sameVerdict(whole: string, inPieces: string): Outcome {
  if (whole !== inPieces) throw new Breach('property', `whole: ${whole}; in pieces: ${inPieces}`.slice(0, 400))
  return whole.endsWith('refused') ? 'refused' : 'accepted'
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
