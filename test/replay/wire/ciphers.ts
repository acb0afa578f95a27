import { noMetrics, type RandomSource } from '@montana/foundation'
import {
  createTransportMetrics,
  FrameOpener,
  type FrameReader,
  FrameSealer,
  FrameStream,
  type FrameWriter,
  PQ_MAX_PLAINTEXT_BYTES,
  RatchetOpener,
  RatchetSealer,
  REKEY_LIMITS,
} from '@montana/transport'
import { received } from '../../../packages/transport/test/harness.js'
import { NarrowStream } from '../../../packages/transport/test/narrow-stream.js'
import type { Replays } from '../ledger/counts.js'

const SECRET_BYTES = 32
const FRAMES_MAX = 12
const FRAME_BYTES_MAX = 200
const metrics = createTransportMetrics(noMetrics)

/** The two ends of one direction under one secret; a marker of an epoch comes after so few frames that replays cross it. */
const PROFILES: Readonly<Record<string, (secret: Uint8Array) => { sealer: FrameWriter; opener: FrameReader }>> = {
  pq: (secret) => ({ sealer: new FrameSealer(secret), opener: new FrameOpener(secret) }),
  hybrid: (chainSecret) => {
    const time = { monotonicMs: () => 0 }
    const init = { chainSecret, limits: { ...REKEY_LIMITS, framesPerEpoch: 8, earlyFrames: 4 }, time }
    return { sealer: new RatchetSealer(init), opener: new RatchetOpener(init) }
  },
}

/** Frames of real ciphers, to the stream that took them already or to one with other keys: a session each. */
export function replayToCiphers(replays: Replays, random: RandomSource, count: number): void {
  const names = Object.keys(PROFILES)
  const earlier = new Map<string, Uint8Array>()
  for (let round = 0; round < count; round++) {
    const name = names[round % names.length] ?? ''
    const { stream, lower, frames, parts } = session(name, random)
    for (const frame of frames) lower.onData(frame)
    const delivered = parts.length
    if (delivered === 0 || lower.resetBy !== undefined) throw new Error('the frames themselves were not taken')
    const isOwn = random.next() < 0.5
    const frame = (isOwn ? undefined : earlier.get(name)) ?? frames[Math.floor(random.next() * frames.length)]
    earlier.set(name, frames[0] as Uint8Array)
    lower.onData(frame as Uint8Array)
    const code = (lower.resetBy as { code?: string } | undefined)?.code
    const isRefused = parts.length === delivered && stream.status === 'aborted' && code === 'FRAME_AUTH'
    const where = isOwn ? 'its own session' : 'an earlier session'
    replays.note(`cipher of ${name}, frame of ${where}`, 'frame', isRefused ? 'refused' : 'accepted')
  }
}

function session(name: string, random: RandomSource) {
  const secret = Uint8Array.from({ length: SECRET_BYTES }, () => Math.floor(random.next() * 256))
  const ends = PROFILES[name]?.(secret)
  if (!ends) throw new RangeError(name)
  const frames: Uint8Array[] = []
  for (const length of Array.from({ length: 1 + Math.floor(random.next() * FRAMES_MAX) }, () => frameBytes(random))) {
    const control = ends.sealer.takeControl?.()
    if (control) frames.push(control)
    frames.push(ends.sealer.seal([new Uint8Array(length)], length))
  }
  const lower = new NarrowStream()
  const stream = new FrameStream({
    lower,
    ...ends,
    maxPlaintextBytes: PQ_MAX_PLAINTEXT_BYTES,
    suite: name,
    metrics,
  })
  return { stream, lower, frames, parts: received(stream) }
}

function frameBytes(random: RandomSource): number {
  return 1 + Math.floor(random.next() * FRAME_BYTES_MAX)
}
