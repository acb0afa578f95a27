/** A result that has several names: an error, for example, which this project and the vectors call differently. */
export class Matching {
  readonly text: string
  readonly #accepts: RegExp

  constructor(text: string, accepts: RegExp) {
    this.text = text
    this.#accepts = accepts
  }

  matches(expected: unknown): boolean {
    return expected === this.text || (typeof expected === 'string' && this.#accepts.test(expected))
  }

  toJSON(): string {
    return this.text
  }
}
