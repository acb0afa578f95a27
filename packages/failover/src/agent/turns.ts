type Step = (signal: AbortSignal) => Promise<void>

/** Steps in their order, one at a time. What is cancelled does not begin any more; what runs sees its signal fire. */
export class Turns {
  readonly #parent: AbortSignal
  #controller = new AbortController()
  #tail: Promise<void> = Promise.resolve()

  constructor(parent: AbortSignal) {
    this.#parent = parent
  }

  /** A step that fails cancels those behind it. */
  add(step: Step): void {
    const { signal } = this.#controller
    const controller = this.#controller
    this.#tail = this.#tail.then(async () => {
      if (signal.aborted || this.#parent.aborted) return
      await step(signal).catch((error: unknown) => controller.abort(error))
    })
  }

  /** What comes after this waits for nothing of before. */
  cancel(): void {
    this.#controller.abort()
    this.#controller = new AbortController()
    this.#tail = Promise.resolve()
  }
}
