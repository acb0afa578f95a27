import type { TimeSource } from '@montana/foundation'
import { TransportError } from '../errors.js'
import { type FrameReader, type FrameWriter, openFrame, sealFrame } from './cipher.js'
import { KeyChain } from './key-chain.js'

/** Spec transport 6.3. Parameters for tests, constants in production. */
export interface RekeyLimits {
  /** The frame with counter `framesPerEpoch − 1` is a marker. */
  readonly framesPerEpoch: number
  /** The sender ends an epoch of this age before its next data frame. */
  readonly sendMs: number
  /** The receiver takes no data frame in an epoch older than this. */
  readonly receiveMs: number
  /** A marker ends no epoch that is younger than this and has had fewer frames than `earlyFrames`. */
  readonly earlyMs: number
  readonly earlyFrames: number
}

export const REKEY_LIMITS: RekeyLimits = {
  framesPerEpoch: 2 ** 20,
  sendMs: 3_600_000,
  receiveMs: 7_200_000,
  earlyMs: 60_000,
  earlyFrames: 1024,
}

export interface RatchetInit {
  /** C[0], 32 bytes; the caller wipes it. */
  readonly chainSecret: Uint8Array
  readonly time: Pick<TimeSource, 'monotonicMs'>
  readonly limits?: RekeyLimits
  /** Called when an epoch has ended. */
  readonly onRekey?: () => void
}

/** What both directions share: the chain, and that nothing works after {@link dispose}. */
abstract class Ratchet {
  protected readonly limits: RekeyLimits
  #chain: KeyChain | undefined
  readonly #onRekey: () => void

  constructor({ chainSecret, time, limits = REKEY_LIMITS, onRekey = () => {} }: RatchetInit) {
    this.limits = limits
    this.#chain = new KeyChain(chainSecret, time)
    this.#onRekey = onRekey
  }

  dispose(): void {
    this.#chain?.wipe()
    this.#chain = undefined
  }

  protected get chain(): KeyChain {
    if (this.#chain !== undefined) return this.#chain
    throw new TransportError('STREAM_RESET', 'the keys of this connection are gone')
  }

  protected get isLastFrame(): boolean {
    return this.chain.counter >= this.limits.framesPerEpoch - 1
  }

  protected rekey(): void {
    this.chain.enterNext()
    this.#onRekey()
  }
}

/** Seals one direction of the hybrid profile: spec transport 6.3. */
export class RatchetSealer extends Ratchet implements FrameWriter {
  /** The rekey marker, an empty frame, when one is due; whatever is sealed next belongs to the next epoch. */
  takeControl(): Uint8Array | undefined {
    const { chain } = this
    if (!this.isLastFrame && chain.ageMs < this.limits.sendMs) return undefined
    const marker = sealFrame(chain.key, chain.count(), [], 0)
    this.rekey()
    return marker
  }

  seal(parts: Iterable<Uint8Array>, plaintextBytes: number): Uint8Array {
    const { chain } = this
    if (this.isLastFrame) throw new TransportError('NONCE_EXHAUSTED', 'the epoch has no frame left but its marker')
    return sealFrame(chain.key, chain.count(), parts, plaintextBytes)
  }
}

/** Opens one direction of the hybrid profile: spec transport 6.3. */
export class RatchetOpener extends Ratchet implements FrameReader {
  open(body: Uint8Array): Uint8Array {
    const { chain } = this
    const plaintext = openFrame(chain.key, chain.counter, body)
    if (plaintext.length === 0) this.#onMarker()
    else this.#onData()
    return plaintext
  }

  #onMarker(): void {
    const { counter, ageMs } = this.chain
    if (ageMs < this.limits.earlyMs && counter < this.limits.earlyFrames) {
      throw new TransportError('REKEY_EARLY', 'the remote changed keys too soon', { frames: counter, ageMs })
    }
    this.rekey()
  }

  #onData(): void {
    const { counter, ageMs } = this.chain
    if (this.isLastFrame || ageMs > this.limits.receiveMs) {
      throw new TransportError('REKEY_MISSED', 'the remote did not change keys in time', { frames: counter, ageMs })
    }
    this.chain.count()
  }
}
