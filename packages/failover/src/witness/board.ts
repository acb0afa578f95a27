import { FailoverError } from '../errors.js'
import type { RawPost } from './post-form.js'

/** Spec three-mirror 7.3. */
const HOSTS_MAX = 64
const REQUESTS_PER_SECOND = 8

interface Entry {
  readonly post: RawPost
  readonly atMs: number
}

interface Allowance {
  tokens: number
  atMs: number
}

/** The posts of one group, in memory only: what a restart forgets, S5 makes up for. Ages by the clock of the witness. */
export class Board {
  readonly #nowMs: () => number
  readonly #entries = new Map<string, Entry>()
  readonly #allowances = new Map<string, Allowance>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** False when the host asks more often than eight times a second. */
  admit(host: string): boolean {
    const now = this.#nowMs()
    const { tokens, atMs } = this.#allowances.get(host) ?? { tokens: REQUESTS_PER_SECOND, atMs: now }
    const filled = Math.min(REQUESTS_PER_SECOND, tokens + ((now - atMs) * REQUESTS_PER_SECOND) / 1000)
    this.#allowances.set(host, { tokens: Math.max(0, filled - 1), atMs: now })
    return filled >= 1
  }

  /**
   * Replaces the post of its host. Throws WITNESS_REFUSED for an old sequence: within one boot they grow, and the boots
   * that were left never come back while the witness remembers them.
   */
  put(post: RawPost): void {
    const { host, bootId, sequence } = post.body
    const before = this.#entries.get(host)
    if (before && before.post.body.bootId === bootId && sequence <= before.post.body.sequence) throw oldSequence()
    if (before && before.post.body.bootId !== bootId) this.#leave(host, before.post.body.bootId)
    if (this.#left.get(host)?.has(bootId)) throw oldSequence()
    if (!before && this.#entries.size >= HOSTS_MAX) throw new FailoverError('WITNESS_REFUSED', 'too many hosts')
    this.#entries.set(host, { post, atMs: this.#nowMs() })
  }

  list(): { readonly ageMs: number; readonly post: RawPost }[] {
    const now = this.#nowMs()
    return [...this.#entries.values()].map(({ post, atMs }) => ({ ageMs: Math.round(now - atMs), post }))
  }

  readonly #left = new Map<string, Set<string>>()

  #leave(host: string, bootId: string): void {
    const left = this.#left.get(host) ?? new Set()
    left.add(bootId)
    if (left.size > BOOTS_REMEMBERED) left.delete(left.values().next().value ?? '')
    this.#left.set(host, left)
  }
}

/** Of one host; a replay older than so many restarts meets the sequence of none. */
const BOOTS_REMEMBERED = 256

function oldSequence(): FailoverError {
  return new FailoverError('WITNESS_REFUSED', 'a later post of this host is here already', {
    metadata: { status: 409 },
  })
}
