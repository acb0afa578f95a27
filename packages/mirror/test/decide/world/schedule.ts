/** A process: yields how long, in true milliseconds, it waits. Killed by never being woken again. */
export type Process = Generator<number, void, void>

interface Wake {
  readonly atMs: number
  readonly order: number
  readonly process: Process
  readonly onEnd: () => void
}

/** Virtual time; one process at a time runs from one wait to the next. */
export class Schedule {
  nowMs = 0
  #order = 0
  readonly #queue: Wake[] = []
  readonly #killed = new Set<Process>()
  readonly #steady = new Set<Process>()

  start(process: Process, afterMs = 0, onEnd: () => void = () => {}): Process {
    this.#push(process, afterMs, onEnd)
    return process
  }

  /** The provider's clocks and the operator: they never crash. */
  startSteady(process: Process, afterMs = 0): void {
    this.#steady.add(process)
    this.start(process, afterMs)
  }

  kill(process: Process): void {
    this.#killed.add(process)
  }

  /** `isCrash`: asked before each wake; `after`: called after each. */
  run(untilMs: number, isCrash: () => boolean, after: () => void): void {
    for (let wake = this.#pop(); wake && wake.atMs <= untilMs; wake = this.#pop()) {
      this.nowMs = wake.atMs
      const isDead = this.#killed.delete(wake.process) || (!this.#steady.has(wake.process) && isCrash())
      const step = isDead ? null : wake.process.next()
      if (step && !step.done) this.#push(wake.process, step.value, wake.onEnd)
      else wake.onEnd()
      after()
    }
  }

  #push(process: Process, afterMs: number, onEnd: () => void): void {
    const wake = { atMs: this.nowMs + afterMs, order: this.#order++, process, onEnd }
    let i = this.#queue.push(wake) - 1
    while (i > 0 && isBefore(wake, this.#queue[(i - 1) >> 1])) {
      this.#swap(i, (i - 1) >> 1)
      i = (i - 1) >> 1
    }
  }

  #pop(): Wake | undefined {
    const first = this.#queue[0]
    const last = this.#queue.pop()
    if (!first || !last || this.#queue.length === 0) return first
    this.#queue[0] = last
    this.#sink()
    return first
  }

  #sink(): void {
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2]
      const child = isBefore(this.#queue[right], this.#queue[left]) ? right : left
      if (!isBefore(this.#queue[child], this.#queue[i])) return
      this.#swap(i, child)
      i = child
    }
  }

  #swap(i: number, j: number): void {
    const [a, b] = [this.#queue[i], this.#queue[j]]
    if (a && b) [this.#queue[i], this.#queue[j]] = [b, a]
  }
}

function isBefore(a: Wake | undefined, b: Wake | undefined): boolean {
  if (!a || !b) return a !== undefined
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}
