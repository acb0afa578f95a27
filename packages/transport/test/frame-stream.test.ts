import type { MessageStream } from '@libp2p/interface'
import { noMetrics } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  createTransportMetrics,
  FrameOpener,
  FrameSealer,
  FrameStream,
  HYBRID_MAX_PLAINTEXT_BYTES,
  PQ_MAX_PLAINTEXT_BYTES,
} from '../src/index.js'
import { filled } from './harness.js'
import { NarrowStream } from './narrow-stream.js'

const key = filled(32, 7)

function frameStream(lower: MessageStream, maxPlaintextBytes = PQ_MAX_PLAINTEXT_BYTES): FrameStream {
  return new FrameStream({
    lower,
    sealer: new FrameSealer(key),
    opener: new FrameOpener(key),
    maxPlaintextBytes,
    suite: 'pq',
    metrics: createTransportMetrics(noMetrics),
  })
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('sender discipline (7.2)', () => {
  it('seals the next frame only after the one before was taken, and none twice', async () => {
    const lower = new NarrowStream()
    const stream = frameStream(lower)
    expect(stream.send(filled(2 * PQ_MAX_PLAINTEXT_BYTES + 10, 1))).toBe(false)
    expect(lower.writes.length).toBe(1)
    stream.send(filled(1, 1))
    for (let expected = 2; expected <= 3; expected++) {
      lower.drain()
      await turn()
      expect(lower.writes.length).toBe(expected)
    }
    const opener = new FrameOpener(key)
    const opened = lower.writes.map((frame) => opener.open(frame.subarray(2)).length)
    expect(opened).toEqual([PQ_MAX_PLAINTEXT_BYTES, PQ_MAX_PLAINTEXT_BYTES, 11])
  })

  it('sends nothing once it is aborted, and lets a muxer that is late find out otherwise', () => {
    const lower = new NarrowStream()
    const stream = frameStream(lower)
    stream.abort(new Error('gone'))
    expect(stream.send(filled(10, 1))).toBe(false)
    expect(lower.writes).toEqual([])
  })

  it('resolves onDrain only after the layer below has drained', async () => {
    const lower = new NarrowStream()
    const stream = frameStream(lower)
    stream.send(filled(10, 1))
    let isDrained = false
    const drained = stream.onDrain().then(() => (isDrained = true))
    await turn()
    expect(isDrained).toBe(false)
    lower.drain()
    await drained
  })

  it('throws on a write after the end', async () => {
    const lower = new NarrowStream()
    const stream = frameStream(lower)
    lower.onTransportClosed()
    expect(() => stream.send(filled(1, 1))).toThrow()
  })
})

describe('receiving', () => {
  const sealed = (...plaintexts: Uint8Array[]) => {
    const sealer = new FrameSealer(key)
    return plaintexts.map((plaintext) => sealer.seal([plaintext], plaintext.length))
  }

  function receiver(maxPlaintextBytes?: number) {
    const lower = new NarrowStream()
    const stream = frameStream(lower, maxPlaintextBytes)
    const received: number[] = []
    stream.addEventListener('message', (event) => received.push(event.data.byteLength))
    return { lower, stream, received }
  }

  it('skips an empty frame and goes on', () => {
    const { lower, received } = receiver()
    for (const frame of sealed(filled(0, 0), filled(5, 1))) lower.onData(frame)
    expect(received).toEqual([5])
  })

  it('delivers nothing of a bad frame nor after it, and resets the connection', () => {
    const { lower, stream, received } = receiver()
    const [first, second, third] = sealed(filled(5, 1), filled(6, 1), filled(7, 1)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    second[10] = (second[10] ?? 0) ^ 1
    for (const frame of [first, second, third]) lower.onData(frame)
    expect(received).toEqual([5])
    expect(lower.resetBy).toMatchObject({ code: 'FRAME_AUTH' })
    expect(stream.status).toBe('aborted')
  })

  it('takes the largest frame of the profile, and refuses a larger one at its length', () => {
    const { lower, stream, received } = receiver(HYBRID_MAX_PLAINTEXT_BYTES)
    const lengths = [HYBRID_MAX_PLAINTEXT_BYTES, HYBRID_MAX_PLAINTEXT_BYTES + 1]
    const [largest, larger] = sealed(...lengths.map((length) => filled(length, 1))) as [Uint8Array, Uint8Array]
    lower.onData(largest)
    expect([received, stream.status]).toEqual([[65_501], 'open'])
    lower.onData(larger.subarray(0, 2))
    expect(lower.resetBy).toMatchObject({ code: 'FRAME_SIZE', metadata: { layer: 'inner', length: 65_518 } })
    lower.onData(larger.subarray(2))
    expect([received, stream.status]).toEqual([[65_501], 'aborted'])
  })

  it('takes in pq whatever the length field can say', () => {
    const { lower, received } = receiver()
    for (const frame of sealed(filled(PQ_MAX_PLAINTEXT_BYTES, 1))) lower.onData(frame)
    expect(received).toEqual([65_519])
  })

  it('calls an end inside a frame an error and one at a boundary a close', () => {
    const [frame] = sealed(filled(5, 1)) as [Uint8Array]
    const cut = receiver()
    cut.lower.onData(frame.subarray(0, 9))
    cut.lower.onTransportClosed()
    expect(cut.stream.status).toBe('aborted')
    const clean = receiver()
    clean.lower.onData(frame)
    clean.lower.onTransportClosed()
    expect([clean.stream.status, clean.received]).toEqual(['closed', [5]])
  })

  it('ends with a connection that had ended before, after what that still holds', async () => {
    const [frame] = sealed(filled(5, 1)) as [Uint8Array]
    const ends: ReadonlyArray<readonly [(lower: NarrowStream) => void, string, readonly number[]]> = [
      [(lower) => lower.onRemoteReset(), 'reset', [5]],
      [(lower) => lower.abort(new Error('gone')), 'aborted', []],
      [(lower) => lower.onTransportClosed(), 'closed', [5]],
    ]
    for (const [end, status, lengths] of ends) {
      const lower = new NarrowStream()
      lower.onData(frame)
      end(lower)
      const stream = frameStream(lower)
      const received: number[] = []
      stream.addEventListener('message', (event) => received.push(event.data.byteLength))
      await turn()
      expect([stream.status, received]).toEqual([status, lengths])
    }
  })

  it('passes a reset of the remote on', () => {
    const { lower, stream } = receiver()
    lower.onRemoteReset()
    expect(stream.status).toBe('reset')
  })
})
