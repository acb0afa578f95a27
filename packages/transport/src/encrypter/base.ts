import type {
  ConnectionEncrypter,
  MessageStream,
  PeerId,
  SecureConnectionOptions,
  SecuredConnection,
} from '@libp2p/interface'
import type { PqBackend, Signer } from '@montana/crypto'
import { errorCode, type TimeSource, toHex, withTimeout } from '@montana/foundation'
import type { InboundHooks } from '../admission/inbound.js'
import { type HandshakeModules, type HandshakeResult, initiate, respond } from '../handshake/core.js'
import type { HandshakeProfile } from '../handshake/profile.js'
import { checkRemoteIdentity } from '../handshake/remote-identity.js'
import { streamChannel } from '../handshake/stream-channel.js'
import { peerIdOfNodeKey } from '../identity.js'
import { LIMITS } from '../limits.js'
import type { TransportMetrics } from '../metrics.js'
import { AssumedAgreement } from '../negotiation/assumed-agreement.js'
import { asTransportError } from './failure.js'
import { type Direction, HandshakeBook, type HandshakeReport, type Suite } from './report.js'

export interface EncrypterOptions {
  /** Called with every proven identity; throws a TransportError to refuse it (ban, closed mesh). */
  readonly admit: (peerId: string, direction: Direction) => void
  /** Gates 2 and 3 of spec transport 10.2; without it nothing limits inbound handshakes. */
  readonly inbound?: InboundHooks | undefined
  readonly onHandshake?: (report: HandshakeReport) => void
  /** The raw connection of a handshake that has succeeded; the channel above it reads it already. */
  readonly onSecured?: (raw: MessageStream) => void
  readonly limits?: Pick<typeof LIMITS, 'handshake'>
}

export interface EncrypterModules {
  readonly backend: PqBackend
  readonly signer: Signer
  readonly metrics: TransportMetrics
  readonly time: TimeSource
}

/** One handshake on its way. */
export interface Attempt {
  readonly direction: Direction
  /** The raw connection. */
  readonly stream: MessageStream
  /** The dialled PeerId. */
  readonly expected: PeerId | undefined
  /** Fires at the total deadline or when the caller gives up. */
  readonly signal: AbortSignal
}

/** What a handshake has come to. */
export interface Established {
  readonly result: HandshakeResult
  readonly connection: MessageStream
}

/**
 * What the profiles have in common as connection encrypters of js-libp2p: deadline, identity checks, reports, and the
 * raw connection aborted on any failure. Spec transport 4.4 and 11.1.
 */
export abstract class HandshakeEncrypter implements ConnectionEncrypter {
  abstract readonly protocol: string
  protected readonly modules: EncrypterModules
  protected readonly limits: typeof LIMITS.handshake
  protected readonly ownId: PeerId
  readonly #options: EncrypterOptions
  readonly #book: HandshakeBook

  constructor(suite: Suite, options: EncrypterOptions, modules: EncrypterModules) {
    const { onHandshake } = options
    this.modules = modules
    this.limits = (options.limits ?? LIMITS).handshake
    this.ownId = peerIdOfNodeKey(modules.signer.publicKey)
    this.#options = options
    this.#book = new HandshakeBook({ suite, metrics: modules.metrics, time: modules.time, onHandshake })
  }

  secureOutbound(stream: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    return this.#watched(stream, this.#secure('outbound', stream, options))
  }

  secureInbound(stream: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    return this.#watched(stream, this.#secure('inbound', this.#options.inbound?.agreed(stream) ?? stream, options))
  }

  async #watched(raw: MessageStream, secured: Promise<SecuredConnection>): Promise<SecuredConnection> {
    const connection = await secured
    this.#options.onSecured?.(raw)
    return connection
  }

  /** Runs the handshake of this profile; what it throws ends the connection. */
  protected abstract establish(attempt: Attempt): Promise<Established>

  /** The core of spec transport 4 over `stream`, and `stream` again with what was not read. */
  protected async runCore(profile: HandshakeProfile, stream: MessageStream, attempt: Attempt) {
    const { direction, expected, signal } = attempt
    const { backend, signer } = this.modules
    const { channel, release } = streamChannel(stream, this.limits, signal)
    const checkRemote = (key: Uint8Array) => this.checkRemote(peerIdOfNodeKey(key), direction, expected)
    const run = direction === 'outbound' ? initiate : respond
    const modules = { profile, backend, signer, checkRemote, ...this.#permits(attempt.stream) }
    return { result: await run(modules, channel, signal), lower: release() }
  }

  /** Gate 3 as far as it needs no message: for a profile that has work before the core. */
  protected begin({ direction, stream }: Attempt): void {
    if (direction === 'inbound') this.#options.inbound?.begin(stream)
  }

  #permits(raw: MessageStream): Pick<HandshakeModules, 'permit' | 'onSigning'> {
    const { inbound } = this.#options
    return {
      ...(inbound === undefined ? {} : { permit: (signal) => inbound.permit(raw, signal) }),
      onSigning: (permit) => this.modules.metrics.signatures.inc({ lane: permit?.lane ?? 'outbound' }),
    }
  }

  /** Own identity, then the dialled one, then the policy: spec transport 4.4. */
  protected checkRemote(remote: PeerId, direction: Direction, expected: PeerId | undefined): void {
    const remoteId = remote.toString()
    checkRemoteIdentity({ remote: remoteId, own: this.ownId.toString(), dialled: expected?.toString() })
    this.#options.admit(remoteId, direction)
  }

  async #secure(
    direction: Direction,
    stream: MessageStream,
    { remotePeer: expected, signal: parent }: SecureConnectionOptions,
  ): Promise<SecuredConnection> {
    const end = this.#book.begin(direction)
    try {
      const { result, connection } = await withTimeout(this.limits.totalMs, parent, (signal) =>
        this.establish({ direction, stream, expected, signal }),
      )
      const remotePeer = peerIdOfNodeKey(result.remoteKey)
      const session = toHex(result.keys.transcriptHash.subarray(0, 8))
      end({ result: 'ok', peerId: remotePeer.toString(), session })
      return { connection, remotePeer }
    } catch (error) {
      const failure = asTransportError((stream instanceof AssumedAgreement && stream.fault) || error)
      end({ result: errorCode(failure), peerId: expected?.toString(), session: undefined })
      stream.abort(failure)
      throw failure
    }
  }
}
