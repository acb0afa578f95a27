/** Virtual time: events in the order of their time, and of their making where the time is the same. */
export class Scheduler {
  readonly #heap: Entry[] = []
  #nowMs = 0
  #made = 0

  get nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): void {
    this.#push({ atMs: this.#nowMs + Math.max(0, delayMs), order: this.#made++, run })
  }

  /** Runs everything that is due until then; time ends at `untilMs`. */
  runUntil(untilMs: number): void {
    for (let next = this.#heap[0]; next && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#pop()
      this.#nowMs = next.atMs
      next.run()
    }
    this.#nowMs = untilMs
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(entry, heap[parent])) break
      this.#swap(at, parent)
      at = parent
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    heap[0] = last
    for (let at = 0; ; ) {
      const child = this.#earlierChild(at)
      if (child === null || !isBefore(heap[child], last)) return
      this.#swap(at, child)
      at = child
    }
  }

  #earlierChild(at: number): number | null {
    const [left, right] = [2 * at + 1, 2 * at + 2]
    if (left >= this.#heap.length) return null
    return right < this.#heap.length && isBefore(this.#heap[right], this.#heap[left]) ? right : left
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap
    const [x, y] = [heap[a], heap[b]]
    if (x && y) [heap[a], heap[b]] = [y, x]
  }
}

interface Entry {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

function isBefore(a: Entry | undefined, b: Entry | undefined): boolean {
  if (!a || !b) return false
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}
