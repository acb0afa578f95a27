import { hash } from 'node:crypto'
import { toHex } from '@montana/foundation'

/** Windows whose values are remembered; the whole network asks for the same ones. */
const REMEMBERED = 4096

/**
 * The timechain without its work: the real chain of d hashes, computed once per window for all nodes, with d small.
 * How long a node needs for it is virtual time, d divided by its rate.
 */
export class ClockStub {
  readonly #values = new Map<string, Uint8Array>()

  /** vdf_step(previous, d): spec protocol 3.1. */
  value(previous: Uint8Array, d: number): Uint8Array {
    const key = `${toHex(previous)}/${d}`
    const known = this.#values.get(key)
    if (known) return known
    const value = vdfStep(previous, d)
    if (this.#values.size >= REMEMBERED) this.#values.clear()
    this.#values.set(key, value)
    return value
  }
}

function vdfStep(previous: Uint8Array, d: number): Uint8Array {
  let value = previous
  for (let i = 0; i < d; i++) value = hash('sha256', value, 'buffer')
  return new Uint8Array(value)
}

/** Virtual ms that `d` steps take at `stepsPerSecond`. */
export function grindMs(d: number, stepsPerSecond: number): number {
  return (1000 * d) / stepsPerSecond
}
