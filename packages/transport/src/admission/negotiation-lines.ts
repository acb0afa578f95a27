export interface NegotiationLimits {
  readonly bytes: number
  readonly lines: number
}

/** `agreed`: a known protocol was named, what follows is not negotiation; else the limit that was exceeded. */
export type NegotiationState = 'open' | 'agreed' | 'bytes' | 'lines'

const NEWLINE_BYTES = 1

/**
 * Counts what an inbound connection says before a protocol is agreed: lines of `uvarint(length) ‖ text ‖ 0x0A`. Spec
 * transport 3, 10.2. A base peer sends its first handshake message in the same segment, so counting ends to the exact
 * byte.
 */
export class NegotiationLines {
  readonly #limits: NegotiationLimits
  readonly #protocols: ReadonlySet<string>
  readonly #line: number[] = []
  #state: NegotiationState = 'open'
  #bytes = 0
  #lines = 0
  /** Of the current line: its length as far as it is known, and how many bits of it are. */
  #length = 0
  #lengthBits = 0
  #hasLength = false

  constructor(limits: NegotiationLimits, protocols: Iterable<string>) {
    this.#limits = limits
    this.#protocols = new Set(protocols)
  }

  push(data: Iterable<number>): NegotiationState {
    for (const byte of data) {
      if (this.#state !== 'open') break
      this.#state = this.#next(byte)
    }
    return this.#state
  }

  #next(byte: number): NegotiationState {
    this.#bytes += 1
    if (this.#bytes > this.#limits.bytes) return 'bytes'
    if (this.#hasLength) this.#line.push(byte)
    else this.#lengthByte(byte)
    return this.#hasLength && this.#line.length >= this.#length ? this.#endOfLine() : 'open'
  }

  #lengthByte(byte: number): void {
    this.#length += (byte & 0x7f) * 2 ** this.#lengthBits
    this.#lengthBits += 7
    this.#hasLength = byte < 0x80
  }

  #endOfLine(): NegotiationState {
    const text = String.fromCharCode(...this.#line.slice(0, Math.max(0, this.#length - NEWLINE_BYTES)))
    this.#line.length = 0
    this.#length = 0
    this.#lengthBits = 0
    this.#hasLength = false
    this.#lines += 1
    if (this.#lines > this.#limits.lines) return 'lines'
    return this.#protocols.has(text) ? 'agreed' : 'open'
  }
}
