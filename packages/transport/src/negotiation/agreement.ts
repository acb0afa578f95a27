import type { Uint8ArrayList } from 'uint8arraylist'

const HEADER = '/multistream/1.0.0'

/** One line of multistream-select: `uvarint(length) ‖ text ‖ 0x0A`, the length counting the newline. Spec transport 3. */
function line(text: string): Uint8Array {
  return Uint8Array.of(text.length + 1, ...new TextEncoder().encode(`${text}\n`))
}

/** What a dialer says when it proposes `protocol` first, and also what a listener that agrees answers: spec transport 3. */
export function agreementOn(protocol: string): Uint8Array {
  return Uint8Array.of(...line(HEADER), ...line(protocol))
}

/** Compares what arrives with what must arrive first, byte by byte, and keeps none of it. */
export class ExpectedBytes {
  readonly #expected: Uint8Array
  #seen = 0

  constructor(expected: Uint8Array) {
    this.#expected = expected
  }

  get isComplete(): boolean {
    return this.#seen === this.#expected.length
  }

  /** How many bytes at the beginning of `chunk` belong to what was expected; undefined when one of them differs. */
  take(chunk: Uint8Array | Uint8ArrayList): number | undefined {
    const count = Math.min(chunk.byteLength, this.#expected.length - this.#seen)
    const bytes = chunk.subarray(0, count)
    for (let at = 0; at < count; at++) {
      if (bytes[at] !== this.#expected[this.#seen + at]) return undefined
    }
    this.#seen += count
    return count
  }
}
