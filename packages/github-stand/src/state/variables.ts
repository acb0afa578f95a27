import type { StandClock } from '../clock.js'
import { VARIABLES_MAX } from '../constants.js'
import { HttpFailure, invalid, notFound } from '../errors.js'
import { checkValue, storedName } from './names.js'

export interface StoredVariable {
  readonly name: string
  readonly value: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** Actions variables of one repository. */
export class Variables {
  readonly #clock: StandClock
  readonly #stored = new Map<string, StoredVariable>()

  constructor(clock: StandClock) {
    this.#clock = clock
  }

  /** In the order of their names. */
  list(): StoredVariable[] {
    return [...this.#stored.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get(name: string): StoredVariable | undefined {
    return this.#stored.get(name.toUpperCase())
  }

  /** Throws 409 when there is one of this name. */
  create(name: string, value: string): void {
    const stored = storedName('Variable', name)
    checkValue('Variable', value)
    if (this.#stored.has(stored)) {
      throw new HttpFailure(409, 'Already exists - Variable already exists')
    }
    if (this.#stored.size >= VARIABLES_MAX) throw invalid('Repository has too many variables')
    const nowMs = this.#clock.nowMs()
    this.#stored.set(stored, { name: stored, value, createdAtMs: nowMs, updatedAtMs: nowMs })
  }

  /** Throws 404 when there is none; a new name must be free. */
  update(name: string, change: { readonly name?: string | undefined; readonly value?: string | undefined }): void {
    const before = this.get(name)
    if (before === undefined) throw notFound()
    const stored = storedName('Variable', change.name ?? before.name)
    const value = change.value ?? before.value
    checkValue('Variable', value)
    if (stored !== before.name && this.#stored.has(stored)) throw new HttpFailure(409, 'Variable already exists')
    this.#stored.delete(before.name)
    this.#stored.set(stored, { ...before, name: stored, value, updatedAtMs: this.#clock.nowMs() })
  }

  /** As if written on the settings page: created or updated. */
  set(name: string, value: string): void {
    if (this.get(name) === undefined) this.create(name, value)
    else this.update(name, { value })
  }

  delete(name: string): boolean {
    return this.#stored.delete(name.toUpperCase())
  }

  /** Name to value, what `vars` holds in a workflow. */
  plain(): ReadonlyMap<string, string> {
    return new Map([...this.#stored.values()].map(({ name, value }) => [name, value]))
  }
}
