import { createHash } from 'node:crypto'

/** Lines are hashed in blocks of this many characters: one call per line costs more than the simulation. */
const BLOCK_CHARS = 1 << 16

/** The history of one run, line by line: always hashed, kept as text only when somebody wants to read it. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #lines: string[] | undefined
  #block = ''
  #count = 0

  constructor(keepsText: boolean) {
    this.#lines = keepsText ? [] : undefined
  }

  get lines(): readonly string[] {
    return this.#lines ?? []
  }

  /** Lines noted so far. */
  get count(): number {
    return this.#count
  }

  note(atMs: number, who: string, what: string): void {
    const line = `${atMs.toFixed(3)} ${who} ${what}`
    this.#count++
    this.#lines?.push(line)
    this.#block += `${line}\n`
    if (this.#block.length >= BLOCK_CHARS) this.#flush()
  }

  /** SHA-256 over all lines, hex. The trace is finished then. */
  digest(): string {
    this.#flush()
    return this.#hash.digest('hex')
  }

  #flush(): void {
    this.#hash.update(this.#block)
    this.#block = ''
  }
}
