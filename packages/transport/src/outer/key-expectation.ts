import type { Ed25519PublicKey, PeerId, PublicKey } from '@libp2p/interface'

const ED25519_KEY_BYTES = 32

/** The only kind of key that an outer handshake takes: spec transport 6.1. */
export function isOuterKey(key: PublicKey | undefined): key is Ed25519PublicKey {
  return key?.type === 'Ed25519' && key.raw.length === ED25519_KEY_BYTES
}

/**
 * Stands in for the PeerId that the Noise library compares a remote key with, which it does before it verifies anything
 * with that key: the remote would otherwise choose what its signature costs, and one by an RSA key takes fifty times as
 * long as one by an Ed25519 key.
 */
export class KeyExpectation {
  #isRefused = false

  /** Whether the remote came with another kind of key. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  /** For one handshake; of a PeerId it has what the library asks of it. */
  get remotePeer(): PeerId {
    const equals = (key: PublicKey) => {
      this.#isRefused = !isOuterKey(key)
      return !this.#isRefused
    }
    return { publicKey: { equals } } as unknown as PeerId
  }
}
