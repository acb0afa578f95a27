import { ascii, sha256 } from '@montana/codec'
import type { TimeSource } from '@montana/foundation'
import { HYBRID_LABEL_PREFIX } from '../handshake/profile.js'

const KEY_LABEL = ascii(`${HYBRID_LABEL_PREFIX}key`)
const NEXT_LABEL = ascii(`${HYBRID_LABEL_PREFIX}next`)

/** K[n] = SHA256(L"key" ‖ C[n]): spec transport 6.3. */
export function frameKey(chainSecret: Uint8Array): Uint8Array {
  return sha256(KEY_LABEL, chainSecret)
}

/** C[n+1] = SHA256(L"next" ‖ C[n]): spec transport 6.3. */
export function nextChainSecret(chainSecret: Uint8Array): Uint8Array {
  return sha256(NEXT_LABEL, chainSecret)
}

/**
 * The epochs of one direction: spec transport 6.3. Of epoch n it holds K[n] and C[n+1] and nothing else; what an epoch
 * leaves behind is overwritten.
 */
export class KeyChain {
  readonly #time: Pick<TimeSource, 'monotonicMs'>
  #key: Uint8Array
  #next: Uint8Array
  #counter = 0
  #enteredMs: number

  /** Copies nothing of `chainSecret` (C[0], 32 bytes); the caller wipes it. */
  constructor(chainSecret: Uint8Array, time: Pick<TimeSource, 'monotonicMs'>) {
    this.#time = time
    this.#key = frameKey(chainSecret)
    this.#next = nextChainSecret(chainSecret)
    this.#enteredMs = time.monotonicMs()
  }

  get key(): Uint8Array {
    return this.#key
  }

  /** Frames of this epoch so far, which is the counter of the next one. */
  get counter(): number {
    return this.#counter
  }

  get ageMs(): number {
    return this.#time.monotonicMs() - this.#enteredMs
  }

  count(): number {
    return this.#counter++
  }

  enterNext(): void {
    const secret = this.#next
    this.#key.fill(0)
    this.#key = frameKey(secret)
    this.#next = nextChainSecret(secret)
    secret.fill(0)
    this.#counter = 0
    this.#enteredMs = this.#time.monotonicMs()
  }

  wipe(): void {
    this.#key.fill(0)
    this.#next.fill(0)
  }
}
