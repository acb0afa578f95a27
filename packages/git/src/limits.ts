import type { Readable } from 'node:stream'
import { DRAIN_MS, TIMEOUT_MS, TIMER_MAX_MS } from './constants.js'
import type { GitEnd, GitOptions } from './types.js'

export interface Limited {
  readonly stdout: Readable
  readonly stderr: Readable
  /** Ends the whole group at once. */
  kill(): unknown
}

/** Ends a process by its time, its silence, its signal or by hand, and knows why. To be released when it has ended. */
export class Limits {
  readonly #child: Limited
  readonly #signal: AbortSignal | undefined
  readonly #timers: NodeJS.Timeout[] = []
  readonly #onAbort = () => this.end('aborted')
  #reason: GitEnd | undefined

  constructor(child: Limited, { timeoutMs = TIMEOUT_MS, idleTimeoutMs, signal }: GitOptions) {
    this.#child = child
    this.#signal = signal
    this.#after(timeoutMs, () => this.end('timeout'))
    if (idleTimeoutMs !== undefined) this.#watchSilence(idleTimeoutMs)
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** The first; undefined when it ended by itself. */
  get reason(): GitEnd | undefined {
    return this.#reason
  }

  /** What has left the group does not die with it, and would keep the pipes open for as long as it likes. */
  end(reason: GitEnd): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#child.kill()
    this.#after(DRAIN_MS, () => {
      this.#child.stdout.destroy()
      this.#child.stderr.destroy()
    })
  }

  release(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }

  #watchSilence(ms: number): void {
    const timer = this.#after(ms, () => this.end('idle'))
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.on('data', () => timer.refresh())
  }

  #after(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(work, Math.min(ms, TIMER_MAX_MS))
    this.#timers.push(timer)
    return timer
  }
}
