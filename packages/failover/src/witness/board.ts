import { FailoverError } from '../errors.js'
import { HostProgress } from './host-progress.js'
import type { RawPost } from './post-form.js'

/** Spec three-mirror 7.3. */
const HOSTS_MAX = 64

interface Entry {
  readonly post: RawPost
  readonly atMs: number
}

/** The posts of one group, in memory only: what a restart forgets, S5 makes up for. Ages by the clock of the witness. */
export class Board {
  readonly #nowMs: () => number
  readonly #entries = new Map<string, Entry>()
  readonly #progress = new Map<string, HostProgress>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Replaces the post of its host. Throws WITNESS_REFUSED, status 409, for one that is not beyond it. */
  put(post: RawPost): void {
    const { host } = post.body
    const progress = this.#progress.get(host) ?? new HostProgress()
    if (!progress.isNew(post.body)) throw oldSequence()
    if (!this.#entries.has(host) && this.#entries.size >= HOSTS_MAX) {
      throw new FailoverError('WITNESS_REFUSED', 'too many hosts')
    }
    progress.advance(post.body)
    this.#progress.set(host, progress)
    this.#entries.set(host, { post, atMs: this.#nowMs() })
  }

  list(): { readonly ageMs: number; readonly post: RawPost }[] {
    const now = this.#nowMs()
    return [...this.#entries.values()].map(({ post, atMs }) => ({ ageMs: Math.round(now - atMs), post }))
  }
}

function oldSequence(): FailoverError {
  return new FailoverError('WITNESS_REFUSED', 'a later post of this host is here already', {
    metadata: { status: 409 },
  })
}
