import type { Connection, Stream } from '@libp2p/interface'
import { isAbort, TimeoutError, withTimeout } from '@montana/foundation'
import { NetworkError } from '../errors.js'
import type { EnvelopeHeader } from './envelope.js'
import { BASE_PROTOCOL, type Protocol } from './protocols.js'
import { EnvelopeReader, isCutShort, letGo, sendAndFinish, type Traffic } from './stream-io.js'

export interface RequestOptions {
  readonly protocol: Protocol
  /** The whole request envelope. */
  readonly bytes: Uint8Array
  /** Over opening, negotiation and answer. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Throws unless this header may answer the request; runs before the payload is read. */
  readonly checkAnswer: (header: EnvelopeHeader) => void
  readonly nowMs: () => number
  readonly traffic: Traffic
}

export interface Answer {
  readonly type: number
  readonly payload: Uint8Array
  /** From writing the envelope, after negotiation, to the complete answer. */
  readonly rttMs: number
}

/**
 * One exchange on a stream of its own: spec transport 13.1. Rejects with REQUEST_TIMEOUT, STREAM_RESET, EXT_UNSUPPORTED
 * (the remote answered `na`), what `checkAnswer` throws, or abort.
 */
export async function request(connection: Connection, options: RequestOptions): Promise<Answer> {
  try {
    return await withTimeout(options.timeoutMs, options.signal, (signal) => exchange(connection, options, signal))
  } catch (error) {
    throw translated(error, options)
  }
}

async function exchange(connection: Connection, options: RequestOptions, signal: AbortSignal): Promise<Answer> {
  const stream = await connection.newStream([options.protocol], { signal })
  try {
    const answer = await converse(stream, options, signal)
    letGo(stream, options.timeoutMs)
    return answer
  } catch (error) {
    stream.abort(error as Error)
    throw error
  }
}

async function converse(stream: Stream, options: RequestOptions, signal: AbortSignal): Promise<Answer> {
  const startedMs = options.nowMs()
  const reader = new EnvelopeReader(stream, options.traffic)
  await sendAndFinish(stream, options.bytes, signal, options.traffic)
  const header = await reader.header(signal)
  options.checkAnswer(header)
  const payload = await reader.payload(header.payloadLength, signal)
  return { type: header.type, payload, rttMs: options.nowMs() - startedMs }
}

function translated(error: unknown, { protocol, timeoutMs }: RequestOptions): unknown {
  if (error instanceof TimeoutError) {
    return new NetworkError('REQUEST_TIMEOUT', `no complete answer within ${timeoutMs} ms`, { timeoutMs }, error)
  }
  if ((error as Error).name === 'UnsupportedProtocolError') {
    return new NetworkError('EXT_UNSUPPORTED', `the remote does not speak ${protocol}`, { protocol }, error)
  }
  if (error instanceof NetworkError) return wrongAnswer(error, protocol)
  if (isAbort(error)) return error
  return new NetworkError('STREAM_RESET', `the exchange broke off: ${(error as Error).message}`, {}, error)
}

/** An answer that is no envelope is a wrong answer; one that ends too early is none. */
function wrongAnswer(error: NetworkError, protocol: Protocol): NetworkError {
  if (!error.code.startsWith('ENV_')) return error
  if (isCutShort(error)) return new NetworkError('STREAM_RESET', 'the answer is incomplete', {}, error)
  const code = protocol === BASE_PROTOCOL ? 'PONG_MISMATCH' : 'EXT_PROTOCOL'
  return new NetworkError(code, error.message, error.metadata, error)
}
