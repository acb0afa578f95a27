import { UnknownShape } from '../fields.js'

/** Assignments of a described record: `id=[s]*32 op_height=7s cl=snap=each cp=200s`, evaluated for one s. */
export class Described {
  readonly #values = new Map<string, string>()
  readonly #s: number

  constructor(text: string, s: number) {
    this.#s = s
    for (const token of text
      .replaceAll(/account id s,?/g, 'account')
      .replaceAll('==', '~')
      .split(/\s+/)) {
      const parts = token.split('=').filter((part) => part !== '')
      const value = parts.pop()
      if (value === undefined || parts.length === 0) continue
      for (const name of parts.flatMap((part) => part.split('/'))) this.#values.set(name, value)
    }
    // `cl=snap=each cp=200s`: the value of a chain of names that ends in `each` is that of the next token
    for (const name of ['cl', 'snap']) if (this.#values.get(name) === 'each') this.#values.set(name, this.#text('cp'))
  }

  integer(name: string): bigint {
    return this.#text(name)
      .split('+')
      .map((term) => this.#term(term))
      .reduce((sum, term) => sum + term, 0n)
  }

  number(name: string): number {
    return Number(this.integer(name))
  }

  /** `[s]*32`, `[s^0x80]*1952`, `[0xC7]`. */
  filled(name: string, length: number): Uint8Array {
    const inner = /^\[(.+?)\](?:\*\d+)?,?$/.exec(this.#text(name))?.[1]
    if (inner === undefined) throw new UnknownShape(`'${name}' describes no bytes`)
    const [left = '', right = '0'] = inner.split('^')
    const byte = left === 's' ? this.#s : Number.parseInt(left.replace(/^0x/, ''), 16)
    return new Uint8Array(length).fill(byte ^ Number.parseInt(right.replace(/^0x/, ''), 16))
  }

  /** `(s==1)`. */
  isFor(name: string): boolean {
    const wanted = /^\(s~(\d+)\)$/.exec(this.#text(name))?.[1]
    if (wanted === undefined) throw new UnknownShape(`'${name}' describes no condition`)
    return this.#s === Number(wanted)
  }

  #text(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined) throw new UnknownShape(`the description has no '${name}'`)
    return value
  }

  /** `5`, `1e12`, `7s`, `s*1e6`. */
  #term(term: string): bigint {
    const parts = /^(?:s\*)?(\d+(?:e\d+)?)?(s)?$/.exec(term)
    if (parts === null) throw new UnknownShape(`cannot evaluate '${term}'`)
    const factor = BigInt(Number(parts[1] ?? 1))
    return term.includes('s') ? factor * BigInt(this.#s) : factor
  }
}
