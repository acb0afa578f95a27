interface Entry {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/** A binary heap over (time, order of insertion): equal times run in the order in which they were scheduled. */
export class EventQueue {
  readonly #heap: Entry[] = []
  #order = 0

  get size(): number {
    return this.#heap.length
  }

  /** Virtual ms of the next event, `Infinity` when there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY
  }

  push(atMs: number, run: () => void): void {
    this.#heap.push({ atMs, order: this.#order++, run })
    this.#rise(this.#heap.length - 1)
  }

  pop(): { readonly atMs: number; readonly run: () => void } | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (first === undefined || last === undefined || first === last) return first
    this.#heap[0] = last
    this.#sink(0)
    return first
  }

  #rise(index: number): void {
    let child = index
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!this.#swapIfLater(parent, child)) return
      child = parent
    }
  }

  #sink(index: number): void {
    let parent = index
    for (;;) {
      const left = 2 * parent + 1
      const smaller = this.#isLater(left, left + 1) ? left + 1 : left
      if (!this.#swapIfLater(parent, smaller)) return
      parent = smaller
    }
  }

  #swapIfLater(parent: number, child: number): boolean {
    if (!this.#isLater(parent, child)) return false
    const [a, b] = [this.#heap[parent], this.#heap[child]]
    if (a === undefined || b === undefined) return false
    this.#heap[parent] = b
    this.#heap[child] = a
    return true
  }

  /** Both exist, and the first comes after the second. */
  #isLater(first: number, second: number): boolean {
    const a = this.#heap[first]
    const b = this.#heap[second]
    if (a === undefined || b === undefined) return false
    return a.atMs > b.atMs || (a.atMs === b.atMs && a.order > b.order)
  }
}
