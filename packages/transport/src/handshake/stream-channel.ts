import type { MessageStream } from '@libp2p/interface'
import { byteStream } from '@libp2p/utils'
import { withTimeout } from '@montana/foundation'
import { TransportError } from '../errors.js'
import type { HandshakeChannel } from './message.js'

const REMOTE_ENDS: ReadonlySet<string> = new Set(['StreamResetError', 'StreamClosedError', 'StreamAbortedError'])

export interface StreamChannelLimits {
  /** For one whole message. */
  readonly messageMs: number
  /** What may wait unread; more aborts the connection. */
  readonly readBufferBytes: number
}

/**
 * A handshake channel over a raw connection. `release` gives the bytes that were not read back to the connection. A
 * handshake consumes at most two messages per direction, each checked against its bound before it is read, which keeps
 * it below the 16 384 bytes of spec transport 10.2 without a counter.
 */
export function streamChannel(stream: MessageStream, limits: StreamChannelLimits, signal: AbortSignal) {
  const bytes = byteStream(stream, { maxBufferSize: limits.readBufferBytes })
  const read = async (length: number, waiting: AbortSignal): Promise<Uint8Array> => {
    try {
      return (await bytes.read({ bytes: length, signal: waiting })).subarray()
    } catch (error) {
      throw translated(error, length)
    }
  }
  const channel: HandshakeChannel = {
    receive: (prefixBytes, bodyBytes) =>
      withTimeout(limits.messageMs, signal, async (waiting) =>
        read(bodyBytes(await read(prefixBytes, waiting)), waiting),
      ),
    send: (data) => bytes.write(data, { signal }),
  }
  return { channel, release: () => bytes.unwrap() }
}

function translated(error: unknown, expected: number): unknown {
  if ((error as Error).name === 'UnexpectedEOFError') {
    return new TransportError('HS_SIZE', `the connection ended before ${expected} bytes`, { expected }, error)
  }
  if (isRemoteEnd(error)) {
    return new TransportError('STREAM_RESET', 'the remote closed the connection during the handshake', {}, error)
  }
  return error
}

/** Whether the remote, and not this side, made the connection go away. */
export function isRemoteEnd(error: unknown): boolean {
  return REMOTE_ENDS.has((error as Error).name)
}
