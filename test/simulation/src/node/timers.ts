import type { Scheduler } from '../network/network.js'

/**
 * The time of one process: what it waits for dies with it, and while it is frozen nothing happens, so that everything
 * that came due is done at once when it thaws.
 */
export class Timers {
  readonly #scheduler: Scheduler
  readonly #backlog: (() => void)[] = []
  #incarnation = 0
  #isRunning = false
  #isFrozen = false

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  get nowMs(): number {
    return this.#scheduler.nowMs
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  start(): void {
    this.#isRunning = true
  }

  stop(): void {
    this.#isRunning = false
    this.#isFrozen = false
    this.#incarnation++
    this.#backlog.length = 0
  }

  freeze(): void {
    this.#isFrozen = this.#isRunning
  }

  thaw(): void {
    this.#isFrozen = false
    for (const run of this.#backlog.splice(0)) this.now(run)
  }

  /** Now, or when the process thaws; never for one that is down. */
  now(run: () => void): void {
    if (!this.#isRunning) return
    if (this.#isFrozen) this.#backlog.push(run)
    else run()
  }

  /** In this life only: a restarted process never sees what the one before was waiting for. */
  after(delayMs: number, run: () => void): void {
    const incarnation = this.#incarnation
    this.#scheduler.after(Math.max(0, delayMs), () => {
      if (incarnation === this.#incarnation) this.now(run)
    })
  }
}
