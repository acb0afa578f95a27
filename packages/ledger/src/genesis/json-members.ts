import { ConfigError, fromHex } from '@montana/foundation'

/** Reads the members of one JSON object, each exactly once; every complaint names the member with its path. */
export class JsonMembers {
  readonly #path: string
  readonly #values: Map<string, unknown>

  private constructor(path: string, values: Map<string, unknown>) {
    this.#path = path
    this.#values = values
  }

  static of(value: unknown, path: string): JsonMembers {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(path || 'genesis', 'is not an object', 'give an object')
    }
    return new JsonMembers(path, new Map(Object.entries(value)))
  }

  constant(name: string, expected: string): void {
    if (this.#take(name) !== expected) throw this.#invalid(name, 'has another value', `use ${JSON.stringify(expected)}`)
  }

  string(name: string): string {
    const value = this.#take(name)
    if (typeof value !== 'string') throw this.#invalid(name, 'is not a string', 'give a string')
    return value
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.string(name)
    const choice = choices.find((each) => each === value)
    if (choice === undefined)
      throw this.#invalid(name, `is ${JSON.stringify(value)}`, `use one of ${choices.join(', ')}`)
    return choice
  }

  boolean(name: string): boolean {
    const value = this.#take(name)
    if (typeof value !== 'boolean') throw this.#invalid(name, 'is not a boolean', 'give true or false')
    return value
  }

  integer(name: string, max: number): number {
    const value = this.#take(name)
    if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > max) {
      throw this.#invalid(name, `is ${JSON.stringify(value)}`, `give an integer of 0 … ${max}`)
    }
    return Number(value)
  }

  /** An integer in a decimal string without sign or leading zeros. */
  decimal(name: string, max: bigint): bigint {
    const text = this.string(name)
    const isDecimal = /^(?:0|[1-9][0-9]{0,38})$/.test(text)
    if (!isDecimal || BigInt(text) > max) {
      throw this.#invalid(name, `is ${JSON.stringify(text)}`, `give a decimal string of 0 … ${max}`)
    }
    return BigInt(text)
  }

  hex(name: string, length: number): Uint8Array {
    const bytes = fromHex(this.string(name), length)
    if (bytes === undefined) throw this.#invalid(name, `is not hex of ${length} bytes`, `give ${2 * length} hex digits`)
    return bytes
  }

  object(name: string): JsonMembers {
    return JsonMembers.of(this.#take(name), this.#at(name))
  }

  objects(name: string): JsonMembers[] {
    const value = this.#take(name)
    if (!Array.isArray(value)) throw this.#invalid(name, 'is not an array', 'give an array of objects')
    return value.map((each, index) => JsonMembers.of(each, `${this.#at(name)}[${index}]`))
  }

  /** Every reader ends with this: unknown members are errors. */
  end(): void {
    for (const name of this.#values.keys()) throw this.#invalid(name, 'is unknown', 'remove it')
  }

  #take(name: string): unknown {
    if (!this.#values.has(name)) throw this.#invalid(name, 'is missing', 'add it')
    const value = this.#values.get(name)
    this.#values.delete(name)
    return value
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }

  #invalid(name: string, problem: string, remedy: string): ConfigError {
    return invalid(this.#at(name), problem, remedy)
  }
}

function invalid(field: string, problem: string, remedy: string): ConfigError {
  return new ConfigError(`genesis ${field} ${problem}`, { code: 'GENESIS_INVALID', field, remedy })
}
