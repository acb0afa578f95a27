import type { MessageStream, MultiaddrConnection } from '@libp2p/interface'
import { errorCode, isAbort, type TimeSource } from '@montana/foundation'
import { TransportError } from '../errors.js'
import type { Limits } from '../limits.js'
import type { TransportMetrics } from '../metrics.js'
import { AcceptGate } from './accept-gate.js'
import { GuardedConnection } from './guarded-connection.js'
import { ipKey } from './ip-key.js'
import type { Lane } from './lane.js'
import { type HandshakePermit, SignatureGate } from './signature-gate.js'

/** What an encrypter asks of admission: gates 2 and 3 of spec transport 10.2. */
export interface InboundHooks {
  /** A protocol is agreed: returns the connection to go on with. */
  agreed(stream: MessageStream): MessageStream
  /** Counts one handshake of the source, before any work of it; {@link permit} does so where nobody has. HS_THROTTLED. */
  begin(stream: MessageStream): void
  /** The right to one signature; HS_THROTTLED, STREAM_RESET or abort. */
  permit(stream: MessageStream, signal: AbortSignal): Promise<HandshakePermit>
}

export interface InboundAdmissionOptions {
  /** IP addresses of the manifest's entries. */
  readonly manifestAddresses: Iterable<string>
  /** Names of the security protocols that are accepted. */
  readonly protocols: readonly string[]
  /** A backend in JavaScript signs for strangers less often. */
  readonly backend: 'node' | 'noble'
  readonly limits: Limits['admission']
  /** A source is refused from now on, for so many milliseconds. */
  readonly onSourceRefused: (source: string, forMs: number) => void
}

export interface InboundAdmissionModules {
  readonly metrics: TransportMetrics
  readonly time: TimeSource
}

/** One inbound connection until it is upgraded or gone. */
interface Attempt {
  readonly key: string
  readonly lane: Lane
  /** Ends the attempt; later calls do nothing. */
  end: () => void
  /** Fires when the connection is gone: nobody waits for a permit for it any more. */
  readonly gone: AbortSignal
  /** The own node had no room: not the source's fault. */
  isExcused: boolean
  /** It has had its place in the buckets. */
  hasBegun: boolean
}

/** The gates 1 to 3 of spec transport 10.2 for one node; it follows each inbound connection until it is upgraded. */
export class InboundAdmission implements InboundHooks {
  readonly #options: InboundAdmissionOptions
  readonly #modules: InboundAdmissionModules
  #manifest: ReadonlySet<string>
  readonly #accept: AcceptGate
  readonly #signatures: Readonly<Record<Lane, SignatureGate>>
  readonly #attempts = new WeakMap<object, Attempt>()

  constructor(options: InboundAdmissionOptions, modules: InboundAdmissionModules) {
    this.#options = options
    this.#modules = modules
    this.#manifest = keysOf(options.manifestAddresses)
    const { limits } = options
    const nowMs = modules.time.monotonicMs()
    this.#accept = new AcceptGate(limits, nowMs)
    const { manifest, stranger } = limits.lanes
    this.#signatures = {
      manifest: new SignatureGate('manifest', manifest, limits, nowMs),
      stranger: new SignatureGate('stranger', options.backend === 'noble' ? slower(limits) : stranger, limits, nowMs),
    }
  }

  /** The manifest lane is that of these addresses from now on; what has begun stays in its lane. */
  setManifestAddresses(addresses: Iterable<string>): void {
    this.#manifest = keysOf(addresses)
  }

  /** Handshakes that have begun and not ended. */
  get pending(): number {
    return this.#accept.pending
  }

  /** The part of gate 1 that needs no connection, only where it would come from. */
  refuses(address: string): boolean {
    const { key, lane } = this.#sourceAt(address)
    const reason = this.#accept.standing(key, lane, this.#nowMs())
    if (reason !== undefined) this.#refused(lane, reason)
    return reason !== undefined
  }

  /** Gate 1. `crowded` tells whether the caps on open connections leave no room for a source. */
  accept(connection: MultiaddrConnection, crowded: (key: string) => string | undefined): boolean {
    const { key, lane } = this.#sourceAt(addressOf(connection))
    const closed = connection.status === 'open' ? undefined : 'closed'
    const reason = closed ?? this.#accept.refusal(key, lane, this.#nowMs()) ?? crowded(key)
    if (reason === undefined) this.#follow(connection, key, lane)
    else this.#refused(lane, reason)
    return reason === undefined
  }

  /** Gate 2: goes between the raw connection and its negotiation. */
  guard(connection: MessageStream): MessageStream {
    const { lane } = this.#attemptOf(connection)
    return new GuardedConnection({
      lower: connection,
      protocols: this.#options.protocols,
      limits: this.#options.limits.negotiation,
      onRefused: (reason) => this.#refused(lane, reason),
    })
  }

  agreed(stream: MessageStream): MessageStream {
    return stream instanceof GuardedConnection ? stream.detach() : stream
  }

  begin(stream: MessageStream): void {
    const attempt = this.#attemptOf(stream)
    if (attempt.hasBegun) return
    attempt.hasBegun = true
    try {
      this.#signatures[attempt.lane].take(attempt.key, this.#nowMs())
    } catch (error) {
      this.#throttled(attempt, error as TransportError)
      throw error
    }
  }

  async permit(stream: MessageStream, signal: AbortSignal): Promise<HandshakePermit> {
    this.begin(stream)
    const attempt = this.#attemptOf(stream)
    try {
      const waiting = AbortSignal.any([signal, attempt.gone])
      const permit = await this.#signatures[attempt.lane].enter(attempt.key, waiting)
      this.#modules.metrics.permits.inc({ lane: attempt.lane })
      return permit
    } catch (error) {
      if (errorCode(error) === 'HS_THROTTLED') this.#throttled(attempt, error as TransportError)
      if (isAbort(error) && !signal.aborted)
        throw new TransportError('STREAM_RESET', 'the connection is gone', {}, error)
      throw error
    }
  }

  /** The handshake succeeded and its connection is in use from now on. */
  upgraded(connection: MultiaddrConnection): void {
    this.#attempts.get(connection)?.end()
  }

  /** What {@link accept} calls a source. */
  keyOf(connection: Pick<MultiaddrConnection, 'remoteAddr'>): string {
    return this.#sourceAt(addressOf(connection)).key
  }

  #follow(connection: MultiaddrConnection, key: string, lane: Lane): void {
    const leave = this.#accept.begin(key, lane)
    const gone = new AbortController()
    const attempt: Attempt = { key, lane, gone: gone.signal, isExcused: false, hasBegun: false, end: () => {} }
    const onClose = () => {
      attempt.end()
      gone.abort()
      if (!attempt.isExcused) this.#failed(key, lane)
    }
    attempt.end = () => {
      attempt.end = () => {}
      connection.removeEventListener('close', onClose)
      leave()
    }
    connection.addEventListener('close', onClose)
    this.#attempts.set(connection, attempt)
  }

  #failed(key: string, lane: Lane): void {
    const forMs = this.#accept.failed(key, lane, this.#nowMs())
    if (forMs > 0) this.#options.onSourceRefused(key, forMs)
  }

  #throttled(attempt: Attempt, { metadata }: TransportError): void {
    this.#refused(attempt.lane, String(metadata.limit))
    if (metadata.limit === 'bucket_lane' || metadata.limit === 'permit_lane') attempt.isExcused = true
  }

  #refused(lane: Lane, reason: string): void {
    this.#modules.metrics.handshakesRefused.inc({ lane, reason })
  }

  #attemptOf(stream: object): Attempt {
    const attempt = this.#attempts.get(stream)
    if (attempt !== undefined) return attempt
    throw new TransportError('HS_THROTTLED', 'the connection was never accepted', { limit: 'accept' })
  }

  /** What is no address counts as one source of the stranger lane. */
  #sourceAt(address: string): { key: string; lane: Lane } {
    const key = ipKeyOrNone(address) ?? 'unknown'
    return { key, lane: this.#manifest.has(key) ? 'manifest' : 'stranger' }
  }

  #nowMs(): number {
    return this.#modules.time.monotonicMs()
  }
}

function keysOf(addresses: Iterable<string>): ReadonlySet<string> {
  return new Set([...addresses].map(ipKey))
}

function addressOf({ remoteAddr }: Pick<MultiaddrConnection, 'remoteAddr'>): string {
  return remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value ?? ''
}

function ipKeyOrNone(address: string): string | undefined {
  try {
    return ipKey(address)
  } catch {
    return undefined
  }
}

function slower({ lanes, strangersPerSecondOnNoble }: Limits['admission']): Limits['admission']['lanes']['stranger'] {
  return { ...lanes.stranger, all: { ...lanes.stranger.all, perSecond: strangersPerSecondOnNoble } }
}
