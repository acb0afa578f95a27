import type {
  ConnectionEncrypter,
  MessageStream,
  PeerId,
  SecureConnectionOptions,
  SecuredConnection,
} from '@libp2p/interface'
import type { PqBackend, Signer } from '@montana/crypto'
import {
  errorCode,
  errorMessage,
  isAbort,
  TimeoutError,
  type TimeSource,
  toHex,
  withTimeout,
} from '@montana/foundation'
import type { InboundHooks } from './admission/inbound.js'
import { TransportError } from './errors.js'
import { FrameOpener, FrameSealer } from './frames/cipher.js'
import { FrameStream, PQ_MAX_PLAINTEXT_BYTES } from './frames/stream.js'
import { type HandshakeModules, type HandshakeResult, initiate, respond } from './handshake/core.js'
import { PQ_PROFILE, PQ_PROTOCOL } from './handshake/profile.js'
import { streamChannel } from './handshake/stream-channel.js'
import { peerIdOfNodeKey } from './identity.js'
import { LIMITS } from './limits.js'
import type { TransportMetrics } from './metrics.js'

export type Direction = 'inbound' | 'outbound'
export type Suite = 'hybrid' | 'pq'

/** What became of one handshake; js-libp2p itself passes on nothing but a message. */
export interface HandshakeReport {
  readonly direction: Direction
  readonly suite: Suite
  /** `ok` or an error code. */
  readonly result: string
  readonly seconds: number
  /** Proven in a result of `ok`, else the dialled PeerId where there is one. */
  readonly peerId: string | undefined
  /** First 8 bytes of the transcript hash, hex; the same on both ends. */
  readonly session: string | undefined
}

export interface EncrypterOptions {
  /** Called with every proven identity; throws a {@link TransportError} to refuse it (ban, closed mesh). */
  readonly admit: (peerId: string, direction: Direction) => void
  /** Gates 2 and 3 of spec transport 10.2; without it nothing limits inbound handshakes. */
  readonly inbound?: InboundHooks
  readonly onHandshake?: (report: HandshakeReport) => void
  readonly limits?: Pick<typeof LIMITS, 'handshake'>
}

export interface EncrypterModules {
  readonly backend: PqBackend
  readonly signer: Signer
  readonly metrics: TransportMetrics
  readonly time: TimeSource
}

/** The `pq` profile as a connection encrypter of js-libp2p: spec transport 5 and 11.1. */
export class PqEncrypter implements ConnectionEncrypter {
  readonly protocol = PQ_PROTOCOL
  readonly #options: EncrypterOptions
  readonly #modules: EncrypterModules
  readonly #ownId: PeerId
  readonly #inProgress = { inbound: 0, outbound: 0 }

  constructor(options: EncrypterOptions, modules: EncrypterModules) {
    this.#options = options
    this.#modules = modules
    this.#ownId = peerIdOfNodeKey(modules.signer.publicKey)
  }

  secureOutbound(stream: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    return this.#secure('outbound', stream, options)
  }

  secureInbound(stream: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    return this.#secure('inbound', this.#options.inbound?.agreed(stream) ?? stream, options)
  }

  async #secure(
    direction: Direction,
    stream: MessageStream,
    options: SecureConnectionOptions,
  ): Promise<SecuredConnection> {
    const started = this.#modules.time.monotonicMs()
    const report = (result: string, peerId?: string, session?: string) =>
      this.#report({ direction, suite: 'pq', result, peerId, session, seconds: this.#secondsSince(started) })
    this.#progress(direction, 1)
    try {
      const { secured, session } = await this.#shakeHands(direction, stream, options)
      report('ok', secured.remotePeer.toString(), session)
      return secured
    } catch (error) {
      const failure = asTransportError(error)
      report(errorCode(failure), options.remotePeer?.toString())
      stream.abort(failure)
      throw failure
    } finally {
      this.#progress(direction, -1)
    }
  }

  async #shakeHands(direction: Direction, stream: MessageStream, options: SecureConnectionOptions) {
    const limits = (this.#options.limits ?? LIMITS).handshake
    const { result, release } = await withTimeout(limits.totalMs, options.signal, async (signal) => {
      const { channel, release } = streamChannel(stream, limits, signal)
      const modules = {
        profile: PQ_PROFILE,
        backend: this.#modules.backend,
        signer: this.#modules.signer,
        ...this.#permits(stream),
        checkRemote: (key: Uint8Array) => this.#checkRemote(peerIdOfNodeKey(key), direction, options.remotePeer),
      }
      const run = direction === 'outbound' ? initiate : respond
      return { result: await run(modules, channel, signal), release }
    })
    const connection = this.#frameStream(direction, release(), result)
    return {
      secured: { connection, remotePeer: peerIdOfNodeKey(result.remoteKey) },
      session: toHex(result.keys.transcriptHash.subarray(0, 8)),
    }
  }

  #permits(stream: MessageStream): Pick<HandshakeModules, 'permit' | 'onSigning'> {
    const { inbound } = this.#options
    return {
      ...(inbound === undefined ? {} : { permit: (signal) => inbound.permit(stream, signal) }),
      onSigning: (permit) => this.#modules.metrics.signatures.inc({ lane: permit?.lane ?? 'outbound' }),
    }
  }

  #frameStream(direction: Direction, lower: MessageStream, { keys }: HandshakeResult): FrameStream {
    const [sendKey, receiveKey] = direction === 'outbound' ? [keys.i2r, keys.r2i] : [keys.r2i, keys.i2r]
    const stream = new FrameStream({
      lower,
      sealer: new FrameSealer(sendKey),
      opener: new FrameOpener(receiveKey),
      maxPlaintextBytes: PQ_MAX_PLAINTEXT_BYTES,
      suite: 'pq',
      metrics: this.#modules.metrics,
    })
    sendKey.fill(0)
    receiveKey.fill(0)
    return stream
  }

  /** Own identity, then the dialled one, then the policy: spec transport 4.4. js-libp2p compares none of them. */
  #checkRemote(remote: PeerId, direction: Direction, expected: PeerId | undefined): void {
    if (remote.equals(this.#ownId)) throw new TransportError('HS_SELF', 'the remote identity is the own one')
    if (expected !== undefined && !expected.equals(remote)) {
      throw new TransportError('HS_PEER_MISMATCH', `dialled ${expected.toString()}, found ${remote.toString()}`, {
        expected: expected.toString(),
        actual: remote.toString(),
      })
    }
    this.#options.admit(remote.toString(), direction)
  }

  #report(report: HandshakeReport): void {
    const { direction, suite, result, seconds } = report
    this.#modules.metrics.handshakes.inc({ direction, suite, result })
    if (result === 'ok') this.#modules.metrics.handshakeSeconds.observe({ direction, suite }, seconds)
    this.#options.onHandshake?.(report)
  }

  #progress(direction: Direction, change: number): void {
    this.#inProgress[direction] += change
    this.#modules.metrics.handshakesInProgress.set({ direction }, this.#inProgress[direction])
  }

  #secondsSince(startedMs: number): number {
    return (this.#modules.time.monotonicMs() - startedMs) / 1000
  }
}

function asTransportError(error: unknown): Error {
  if (error instanceof TransportError) return error
  const name = (error as Error).name
  const causeName = ((error as Error).cause as Error | undefined)?.name
  if (error instanceof TimeoutError || name === 'TimeoutError' || (isAbort(error) && causeName === 'TimeoutError')) {
    return new TransportError('HS_TIMEOUT', 'the handshake did not end in time', {}, error)
  }
  if (isAbort(error)) return error as Error
  return new TransportError('STREAM_RESET', errorMessage(error), {}, error)
}
