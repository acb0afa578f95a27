import { multiaddrConnectionPair } from '@libp2p/utils'
import { errorCode, type MetricsRegistry, noMetrics } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  createTransportMetrics,
  FrameStream,
  HYBRID_MAX_PLAINTEXT_BYTES,
  RatchetOpener,
  RatchetSealer,
  REKEY_LIMITS,
  type RekeyLimits,
} from '../src/index.js'
import { filled, received } from './harness.js'
import { NarrowStream } from './narrow-stream.js'

const SMALL: RekeyLimits = { ...REKEY_LIMITS, framesPerEpoch: 8, earlyFrames: 4 }
const HOUR_MS = 3_600_000

class Clock {
  nowMs = 1000
  monotonicMs = () => this.nowMs
}

/** One direction, sender and receiver on one clock. */
function direction(limits: RekeyLimits = SMALL, time = new Clock()) {
  const init = { chainSecret: filled(32, 9), limits, time }
  const rekeys = { sent: 0, received: 0 }
  const sealer = new RatchetSealer({ ...init, onRekey: () => rekeys.sent++ })
  const opener = new RatchetOpener({ ...init, onRekey: () => rekeys.received++ })
  /** The frames that one write of a byte makes: a marker first where one is due. */
  const write = () => {
    const control = sealer.takeControl()
    return [...(control === undefined ? [] : [control]), sealer.seal([filled(1, 5)], 1)]
  }
  const open = (frame: Uint8Array) => opener.open(frame.subarray(2))
  return { time, rekeys, sealer, opener, write, open }
}

/** A sender that follows other rules: by the same keys, with limits of its own. */
function withSender(senderLimits: Partial<RekeyLimits>) {
  const honest = direction()
  const rogue = direction({ ...SMALL, ...senderLimits }, honest.time)
  return { ...honest, sealer: rogue.sealer, write: rogue.write }
}

const codeOf = (work: () => unknown) => {
  try {
    work()
    return 'ok'
  } catch (error) {
    return errorCode(error)
  }
}

describe('epochs by frames', () => {
  it('end with a marker as frame 2²⁰ − 1 (here 8 − 1), and nothing is lost', () => {
    const { write, open, rekeys } = direction()
    const lengths = Array.from({ length: 30 }, () => write().map((frame) => open(frame).length))
    expect(lengths.map((one) => one.length)).toEqual(
      Array.from({ length: 30 }, (_, i) => (i % 7 === 0 && i > 0 ? 2 : 1)),
    )
    expect(lengths.flat().filter((length) => length === 1)).toHaveLength(30)
    expect(rekeys).toEqual({ sent: 4, received: 4 })
  })

  it('are 2²⁰ frames long in production', () => {
    expect(REKEY_LIMITS).toEqual({
      framesPerEpoch: 1_048_576,
      sendMs: 3_600_000,
      receiveMs: 7_200_000,
      earlyMs: 60_000,
      earlyFrames: 1024,
    })
  })

  it('close with REKEY_MISSED when the last frame is data', () => {
    const { write, open } = withSender({ framesPerEpoch: 100 })
    const codes = Array.from({ length: 8 }, () => codeOf(() => write().forEach(open)))
    expect(codes).toEqual([...Array.from({ length: 7 }, () => 'ok'), 'REKEY_MISSED'])
  })

  it('cannot be run over by a sender that forgets the marker', () => {
    const { sealer } = direction()
    for (let count = 0; count < 7; count++) sealer.seal([filled(1, 1)], 1)
    expect(codeOf(() => sealer.seal([filled(1, 1)], 1))).toBe('NONCE_EXHAUSTED')
  })
})

describe('epochs by time', () => {
  it('end before the first data frame after 3600 s; an idle direction sends nothing', () => {
    const { time, write, open, rekeys } = direction()
    write().forEach(open)
    time.nowMs += HOUR_MS - 1
    expect(write().map((frame) => open(frame).length)).toEqual([1])
    time.nowMs += 1
    expect(write().map((frame) => open(frame).length)).toEqual([0, 1])
    time.nowMs += 10 * HOUR_MS
    expect(rekeys.sent).toBe(1)
    expect(write().map((frame) => open(frame).length)).toEqual([0, 1])
    expect(write()).toHaveLength(1)
  })

  it('close with REKEY_MISSED when data arrives after 7200 s', () => {
    const { time, write, open } = withSender({ sendMs: 100 * HOUR_MS })
    time.nowMs += 2 * HOUR_MS
    expect(codeOf(() => write().forEach(open))).toBe('ok')
    time.nowMs += 1
    expect(codeOf(() => write().forEach(open))).toBe('REKEY_MISSED')
  })
})

describe('a marker that comes early', () => {
  const markerOf = (sealer: RatchetSealer) => sealer.takeControl() ?? filled(0, 0)

  it('at counter 0 of a young epoch closes with REKEY_EARLY', () => {
    const { sealer, open } = withSender({ sendMs: 0 })
    expect(codeOf(() => open(markerOf(sealer)))).toBe('REKEY_EARLY')
  })

  it('at counter 0 is in order once the epoch is 60 s old', () => {
    const { time, sealer, open } = withSender({ sendMs: 0 })
    time.nowMs += 59_999
    const early = markerOf(sealer)
    time.nowMs += 1
    expect(codeOf(() => open(early))).toBe('ok')
  })

  it('is judged by the number of frames before it, 1024 in production, here 4', () => {
    for (const [frames, code] of [
      [3, 'REKEY_EARLY'],
      [4, 'ok'],
    ] as const) {
      const { sealer, open } = withSender({ sendMs: 0 })
      for (let count = 0; count < frames; count++) open(sealer.seal([filled(1, 1)], 1))
      expect(codeOf(() => open(markerOf(sealer)))).toBe(code)
    }
  })

  it('cannot be replayed or forged: a frame of the old epoch does not open in the next', () => {
    const { sealer, open, time } = withSender({ sendMs: 0 })
    time.nowMs += 60_000
    const marker = markerOf(sealer)
    open(marker)
    time.nowMs += 60_000
    expect(codeOf(() => open(marker))).toBe('FRAME_AUTH')
  })
})

describe('keys that are gone', () => {
  it('seal and open nothing', () => {
    const { sealer, opener, write } = direction()
    const [frame] = write()
    sealer.dispose()
    opener.dispose()
    expect(codeOf(() => sealer.seal([filled(1, 1)], 1))).toBe('STREAM_RESET')
    expect(codeOf(() => sealer.takeControl())).toBe('STREAM_RESET')
    expect(codeOf(() => opener.open(frame?.subarray(2) ?? filled(16, 0)))).toBe('STREAM_RESET')
  })
})

describe('a stream', () => {
  const errors: string[] = []
  const registry: MetricsRegistry = {
    ...noMetrics,
    counter: ({ name }) => ({
      inc: (labels) => void (name === 'montana_frame_errors_total' && errors.push(String(Object.values(labels)[0]))),
    }),
  }
  const stream = (lower: ConstructorParameters<typeof FrameStream>[0]['lower'], limits: RekeyLimits, time: Clock) => {
    const init = { chainSecret: filled(32, 9), limits, time }
    return new FrameStream({
      lower,
      sealer: new RatchetSealer(init),
      opener: new RatchetOpener(init),
      maxPlaintextBytes: HYBRID_MAX_PLAINTEXT_BYTES,
      suite: 'hybrid',
      metrics: createTransportMetrics(registry),
    })
  }

  it('carries traffic in both directions at once over many epochs', async () => {
    const [a, b] = multiaddrConnectionPair()
    const [left, right] = [stream(a, SMALL, new Clock()), stream(b, SMALL, new Clock())]
    const [fromRight, fromLeft] = [received(left), received(right)]
    for (let index = 0; index < 50; index++) {
      left.send(filled(3, index))
      right.send(filled(5, index))
    }
    await expect.poll(() => Buffer.concat(fromLeft).length).toBe(150)
    await expect.poll(() => Buffer.concat(fromRight).length).toBe(250)
    expect([left.status, right.status]).toEqual(['open', 'open'])
  })

  it('seals no data behind a marker that the socket has not taken', async () => {
    const lower = new NarrowStream()
    const time = new Clock()
    const sender = stream(lower, SMALL, time)
    const { open } = direction(SMALL, time)
    time.nowMs += HOUR_MS
    sender.send(filled(10, 1))
    expect(lower.writes.map((frame) => frame.length)).toEqual([18])
    lower.drain()
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(lower.writes.map((frame) => frame.length)).toEqual([18, 28])
    expect(lower.writes.map((frame) => open(frame).length)).toEqual([0, 10])
  })

  it('is reset with the code of the broken rule, delivers nothing of it and counts it once', () => {
    errors.length = 0
    const lower = new NarrowStream()
    const receiver = stream(lower, SMALL, new Clock())
    const parts = received(receiver)
    const { write } = withSender({ framesPerEpoch: 100 })
    for (let count = 0; count < 9; count++) for (const frame of write()) lower.onData(frame)
    expect(parts).toHaveLength(7)
    expect(lower.resetBy).toMatchObject({ code: 'REKEY_MISSED' })
    expect(errors).toEqual(['REKEY_MISSED'])
  })
})
