import { createSecretKey, type KeyObject } from 'node:crypto'
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
 * The epochs of one direction: spec transport 6.3. Of epoch n it holds K[n] and C[n+1] and nothing else. K[n] is a key
 * object, because each use of raw bytes makes one anew, which costs more than a small frame; it is dropped with its
 * epoch. All that is bytes is overwritten.
 */
export class KeyChain {
  readonly #time: Pick<TimeSource, 'monotonicMs'>
  #key: KeyObject
  #next: Uint8Array
  #counter = 0
  #enteredMs: number

  /** Copies nothing of `chainSecret` (C[0], 32 bytes); the caller wipes it. */
  constructor(chainSecret: Uint8Array, time: Pick<TimeSource, 'monotonicMs'>) {
    this.#time = time
    this.#key = keyObject(chainSecret)
    this.#next = nextChainSecret(chainSecret)
    this.#enteredMs = time.monotonicMs()
  }

  get key(): KeyObject {
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
    this.#key = keyObject(secret)
    this.#next = nextChainSecret(secret)
    secret.fill(0)
    this.#counter = 0
    this.#enteredMs = this.#time.monotonicMs()
  }

  /** Nothing can be derived any more; the owner drops the chain, and with it the key of this epoch. */
  wipe(): void {
    this.#next.fill(0)
  }
}

function keyObject(chainSecret: Uint8Array): KeyObject {
  const key = frameKey(chainSecret)
  try {
    return createSecretKey(key)
  } finally {
    key.fill(0)
  }
}
