/** What was opened, closed in the reverse order, once. */
export class Closers {
  #list: (() => Promise<void>)[] = []

  add(close: () => Promise<void>): void {
    this.#list.push(close)
  }

  async close(): Promise<void> {
    for (const close of this.#list.splice(0).reverse()) await close().catch(() => {})
  }
}
