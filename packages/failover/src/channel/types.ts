/** Whom the channel may talk to. Lookups are against the signed registry as it is now. Spec three-mirror 11.3. */
export interface PeerRegistry {
  /** Every key under that name; more than one while an identity is being replaced. Empty: unknown. */
  keysOf(host: string): readonly RegisteredKey[]
  /** Calls back after every accepted change, so that connections of removed hosts can be closed. */
  onChange(listener: () => void): () => void
}

export interface RegisteredKey {
  readonly keyType: 'ml-dsa-65' | 'ed25519'
  /** Raw: 1952 or 32 bytes. */
  readonly publicKey: Uint8Array
  readonly isRevoked: boolean
}

/** Types of frames that have an answer; the body is JSON checked by a strict schema per type. */
export type RequestType =
  | 'heartbeat'
  | 'probe'
  | 'handover'
  | 'accept'
  | 'refuse'
  | 'grant'
  | 'done'
  | 'command'
  | 'poke'
  | 'breathWant'
  | 'history'

/** Mutual TLS 1.3 with every host of the group, over persistent connections that redial by themselves. */
export interface NodeChannel {
  /**
   * Sends one request and waits for its answer. Throws FailoverError (CHANNEL_CLOSED, CHANNEL_REFUSED, a PEER_ code) or
   * AbortError. Never queues behind a connection that is stuck: a second one is dialled after the first miss.
   */
  request(host: string, type: RequestType, body: unknown, signal: AbortSignal): Promise<unknown>
  /** Replaces the handler of requests. Its answer is what the other side gets; a throw becomes an `error` frame. */
  onRequest(handler: (from: string, type: RequestType, body: unknown) => Promise<unknown>): void
  /** For status and metrics. */
  describe(): Readonly<
    Record<
      string,
      { readonly isConnected: boolean; readonly rttMs: number | null; readonly lastRefusal: string | null }
    >
  >
  readonly port: number
  close(): Promise<void>
}
