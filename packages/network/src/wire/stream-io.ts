import type { Stream } from '@libp2p/interface'
import { type ByteStream, byteStream } from '@libp2p/utils'
import { LIMITS } from '@montana/transport'
import { NetworkError } from '../errors.js'
import { decodeHeader, type EnvelopeHeader, HEADER_BYTES } from './envelope.js'

/** One message and a yamux frame of surplus; a stream that buffers more is aborted. */
const BUFFER_BYTES = HEADER_BYTES + LIMITS.exchange.maxPayloadBytes + 64 * 1024

/** Bytes exchanged with one peer. */
export interface Traffic {
  sentBytes: number
  receivedBytes: number
}

/** Reads one envelope from a stream, its header first, so that limits are checked before the payload is awaited. */
export class EnvelopeReader {
  readonly #stream: Stream
  readonly #bytes: ByteStream<Stream>
  readonly #traffic: Traffic

  constructor(stream: Stream, traffic: Traffic) {
    this.#stream = stream
    this.#traffic = traffic
    this.#bytes = byteStream(stream, { maxBufferSize: BUFFER_BYTES })
  }

  async header(signal: AbortSignal): Promise<EnvelopeHeader> {
    return decodeHeader(await this.#read(HEADER_BYTES, 'ENV_HEADER', signal))
  }

  /** Exactly `length` bytes in memory of their own; bytes behind them are an error. */
  async payload(length: number, signal: AbortSignal): Promise<Uint8Array> {
    const payload = length === 0 ? new Uint8Array(0) : await this.#read(length, 'ENV_LENGTH', signal)
    const surplus = this.#bytes.unwrap().readBufferLength
    if (surplus > 0) throw new NetworkError('ENV_LENGTH', `${surplus} bytes behind the payload`, { surplus })
    return payload
  }

  /** Stops the remote while `work` runs: what waits for memory must not fill it meanwhile. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    this.#stream.pause()
    try {
      return await work()
    } finally {
      if (this.#stream.readStatus === 'paused') this.#stream.resume()
    }
  }

  async #read(length: number, code: 'ENV_HEADER' | 'ENV_LENGTH', signal: AbortSignal): Promise<Uint8Array> {
    try {
      const bytes = (await this.#bytes.read({ bytes: length, signal })).slice()
      this.#traffic.receivedBytes += length
      return bytes
    } catch (error) {
      if ((error as Error).name !== 'UnexpectedEOFError') throw error
      throw new NetworkError(code, `the stream ended before ${length} bytes`, { expected: length }, error)
    }
  }
}

/** Whether the error means that the stream ended before an envelope was complete. */
export function isCutShort(error: unknown): boolean {
  return (error as { cause?: { name?: unknown } } | null)?.cause?.name === 'UnexpectedEOFError'
}

/** Sends and waits until the stream takes more; then the remote sees the end of it. */
export async function sendAndFinish(
  stream: Stream,
  bytes: Uint8Array,
  signal: AbortSignal,
  traffic: Traffic,
): Promise<void> {
  traffic.sentBytes += bytes.length
  if (!stream.send(bytes)) await stream.onDrain({ signal })
  await stream.close({ signal })
}

/**
 * Lets go of a stream whose exchange is over: what still comes is discarded, and a remote that never ends its side is
 * cut off after `graceMs`.
 */
export function letGo(stream: Stream, graceMs: number): void {
  if (stream.status !== 'open') return
  stream.closeRead().catch(() => {})
  const timer = setTimeout(() => stream.abort(new Error('the remote did not close the stream')), graceMs)
  timer.unref()
  stream.addEventListener('close', () => clearTimeout(timer), { once: true })
}
