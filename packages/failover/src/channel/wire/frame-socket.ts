import type { TLSSocket } from 'node:tls'
import { FailoverError } from '../../errors.js'
import { CLOSE_GRACE_MS, MAX_FRAME_BYTES, SILENCE_MS } from '../constants.js'
import { decodeEnvelope, type Envelope, encodeEnvelope, NO_ID } from './envelope.js'
import { FrameParser } from './frame-parser.js'

export interface FrameSocketInit {
  readonly socket: TLSSocket
  /** A throw of FailoverError closes the connection with its code. */
  readonly onFrame: (envelope: Envelope) => void
  readonly silenceMs?: number
}

/** Frames over one verified connection, until either side ends it, sends a wrong frame, or is silent for 30 s. */
export class FrameSocket {
  readonly #socket: TLSSocket
  readonly #onFrame: (envelope: Envelope) => void
  readonly #parser = new FrameParser()
  readonly #silence: NodeJS.Timeout
  readonly #closed = Promise.withResolvers<FailoverError>()
  readonly #gone = Promise.withResolvers<void>()
  #reason: FailoverError | null = null

  constructor({ socket, onFrame, silenceMs = SILENCE_MS }: FrameSocketInit) {
    this.#socket = socket
    this.#onFrame = onFrame
    this.#silence = setTimeout(() => this.close(silent(silenceMs)), silenceMs)
    this.#silence.unref()
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', (cause) => this.#ended(closedByPeer(cause)))
    socket.on('close', () => this.#left())
    socket.on('end', () => socket.destroySoon())
    if (socket.destroyed) this.#left()
  }

  /** Resolves with the reason once nothing more can be sent. */
  get closed(): Promise<FailoverError> {
    return this.#closed.promise
  }

  /** Resolves when the socket is gone, at most half a second later. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  get isClosed(): boolean {
    return this.#reason !== null
  }

  /** Throws FRAME_TOO_LARGE; after the end it does nothing. While the peer does not read, we do not read either. */
  send(envelope: Envelope): void {
    const frame = encodeEnvelope(envelope)
    if (this.isClosed) return
    this.#socket.write(frame)
    if (this.#socket.writableLength > MAX_FRAME_BYTES) this.#pauseUntilDrained()
  }

  /** Tells the peer, sends what is waiting, and ends within half a second. */
  close(reason: FailoverError): void {
    if (this.isClosed) return
    const bye = encodeEnvelope({ type: 'bye', id: NO_ID, body: { code: toldCode(reason) } })
    this.#ended(reason)
    this.#socket.write(bye)
    this.#socket.destroySoon()
    setTimeout(() => this.#socket.destroy(), CLOSE_GRACE_MS).unref()
  }

  #read(chunk: Uint8Array): void {
    try {
      for (const body of this.#parser.push(chunk)) {
        if (this.isClosed) return
        this.#silence.refresh()
        this.#onFrame(decodeEnvelope(body))
      }
    } catch (error) {
      if (!(error instanceof FailoverError)) throw error
      this.close(error)
    }
  }

  #pauseUntilDrained(): void {
    this.#socket.pause()
    this.#socket.once('drain', () => this.#socket.resume())
  }

  #left(): void {
    this.#ended(closedByPeer())
    this.#gone.resolve()
  }

  #ended(reason: FailoverError): void {
    if (this.isClosed) return
    this.#reason = reason
    clearTimeout(this.#silence)
    this.#socket.removeAllListeners('data')
    this.#closed.resolve(reason)
  }
}

/** A peer learns that its frame was wrong; why it is not wanted is not its business. */
function toldCode({ code }: FailoverError): string {
  return code.startsWith('FRAME_') ? code : 'CHANNEL_CLOSED'
}

function silent(ms: number): FailoverError {
  return new FailoverError('CHANNEL_CLOSED', `no frame for ${ms / 1000} s`)
}

function closedByPeer(cause?: unknown): FailoverError {
  return new FailoverError('CHANNEL_CLOSED', 'the connection ended', { cause })
}
