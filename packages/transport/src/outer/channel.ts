import { type NoiseComponents, noise } from '@chainsafe/libp2p-noise'
import type { ConnectionEncrypter, MessageStream, PeerId, PublicKey, SecuredConnection } from '@libp2p/interface'
import { bytesEqual, errorMessage, isAbort, TimeoutError, withTimeout } from '@montana/foundation'
import type { Direction } from '../encrypter/report.js'
import { TransportError } from '../errors.js'
import { isRemoteEnd } from '../handshake/stream-channel.js'
import { silentComponentLogger } from '../silent-logger.js'
import { codedCrypto } from './crypto.js'
import { createOuterIdentity } from './identity.js'
import { isOuterKey, KeyExpectation } from './key-expectation.js'
import { OuterWire } from './wire.js'

/** Outer messages that each side receives: spec transport 6.1. */
const MESSAGES = { outbound: 1, inbound: 2 } as const

export interface OuterLimits {
  /** For each message that is waited for. */
  readonly messageMs: number
  readonly readBufferBytes: number
  readonly outerBytes: number
  readonly unprovenFrames: number
}

/** A decrypted byte stream whose other end has proven one Ed25519 key, and nothing else of itself. */
export interface OuterChannel {
  readonly stream: MessageStream
  /** Raw Ed25519 key, 32 bytes. */
  readonly remoteKey: Uint8Array
  /** To be called once the inner handshake has proven the remote. */
  established(): void
}

/** The outer half of the hybrid profile: standard libp2p Noise XX. Spec transport 6.1. */
export class OuterNoise {
  readonly #identity = createOuterIdentity()
  readonly #noise: ConnectionEncrypter

  constructor(peerId: PeerId) {
    this.#noise = noise({ crypto: codedCrypto })(explicitComponents(peerId, this.#identity.privateKey))
  }

  /** The own outer key, raw, 32 bytes. */
  get publicKey(): Uint8Array {
    return this.#identity.publicKey
  }

  /** Throws HS_OUTER, HS_OUTER_KEY, HS_SELF, HS_BYTES, HS_TIMEOUT or an abort; the caller ends the connection. */
  async secure(
    direction: Direction,
    raw: MessageStream,
    limits: OuterLimits,
    signal: AbortSignal,
  ): Promise<OuterChannel> {
    const wireLimits = {
      messages: MESSAGES[direction],
      bytes: limits.outerBytes,
      readBufferBytes: limits.readBufferBytes,
      unprovenFrames: limits.unprovenFrames,
    }
    let onMessage = () => {}
    const wire = new OuterWire(raw, wireLimits, () => onMessage())
    const secured = await withTimeout(limits.messageMs, signal, (waiting, restart) => {
      onMessage = restart
      return this.#run(direction, wire, waiting)
    })
    // The library's stream does not notice an end that came before it listened.
    if (wire.status !== 'open')
      throw wire.fault ?? new TransportError('STREAM_RESET', 'ended after the outer handshake')
    const remoteKey = this.#checkedKey(secured.remotePeer.publicKey)
    return { stream: secured.connection, remoteKey, established: () => wire.established() }
  }

  /** Never with the dialled PeerId: those of this network are not made of outer keys. */
  async #run(direction: Direction, wire: OuterWire, signal: AbortSignal): Promise<SecuredConnection> {
    const expectation = new KeyExpectation()
    const { remotePeer } = expectation
    const options = { signal, remotePeer, skipStreamMuxerNegotiation: true }
    try {
      if (direction === 'outbound') return await this.#noise.secureOutbound(wire, options)
      return await this.#noise.secureInbound(wire, options)
    } catch (error) {
      if (expectation.isRefused) throw otherKey()
      throw outerFailure(wire.fault ?? error)
    }
  }

  #checkedKey(key: PublicKey | undefined): Uint8Array {
    if (!isOuterKey(key)) throw otherKey()
    if (bytesEqual(key.raw, this.publicKey)) {
      throw new TransportError('HS_SELF', 'the outer key of the remote is the own one')
    }
    return key.raw
  }
}

/** js-libp2p's own components are a proxy that throws on unknown members, and its metrics would register twice (11.2). */
function explicitComponents(peerId: PeerId, privateKey: NoiseComponents['privateKey']): NoiseComponents {
  const upgrader = { getStreamMuxers: () => new Map() } as unknown as NoiseComponents['upgrader']
  return { peerId, privateKey, logger: silentComponentLogger, upgrader }
}

function otherKey(): TransportError {
  return new TransportError('HS_OUTER_KEY', 'the outer key of the remote is not an Ed25519 key')
}

function outerFailure(error: unknown): unknown {
  if (isAbort(error) || error instanceof TimeoutError || (error as Error).name === 'TimeoutError') return error
  if (isRemoteEnd(error) || (error instanceof TransportError && error.code === 'HS_BYTES')) return error
  return new TransportError('HS_OUTER', `the outer handshake failed: ${errorMessage(error)}`, {}, error)
}
