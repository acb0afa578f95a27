import { HANDSHAKES_PER_SECOND, MAX_RATED_SOURCES, MAX_UNFINISHED_HANDSHAKES } from '../constants.js'

interface Bucket {
  readonly tokens: number
  readonly atMs: number
}

/**
 * Which connections may begin a handshake: 10 a second per source address, 32 unfinished in all. A handshake costs us a
 * signature and a key agreement, so the count comes before the first byte. Spec three-mirror 11.4.
 */
export class HandshakeAdmission {
  readonly #buckets = new Map<string, Bucket>()
  readonly #unfinished = new Set<string>()

  /** `connection` names it until it is finished. False: drop it. */
  admit(source: string, connection: string, nowMs: number): boolean {
    if (this.#unfinished.size >= MAX_UNFINISHED_HANDSHAKES) return false
    if (!this.#take(source, nowMs)) return false
    this.#unfinished.add(connection)
    return true
  }

  /** The handshake succeeded, failed, or its socket is gone. */
  finish(connection: string): void {
    this.#unfinished.delete(connection)
  }

  get unfinished(): number {
    return this.#unfinished.size
  }

  #take(source: string, nowMs: number): boolean {
    const { tokens, atMs } = this.#buckets.get(source) ?? { tokens: HANDSHAKES_PER_SECOND, atMs: nowMs }
    const refilled = Math.min(HANDSHAKES_PER_SECOND, tokens + ((nowMs - atMs) / 1000) * HANDSHAKES_PER_SECOND)
    const isAllowed = refilled >= 1
    this.#remember(source, { tokens: isAllowed ? refilled - 1 : refilled, atMs: nowMs })
    return isAllowed
  }

  #remember(source: string, bucket: Bucket): void {
    this.#buckets.delete(source)
    this.#buckets.set(source, bucket)
    const oldest = this.#buckets.keys().next()
    if (this.#buckets.size > MAX_RATED_SOURCES && !oldest.done) this.#buckets.delete(oldest.value)
  }
}
