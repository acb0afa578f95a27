import type { RandomSource } from '@montana/foundation'
import type { Conditions } from './conditions.js'

const ALL_BITS = 0xff

/**
 * Changes bytes of one direction of one connection. Byte n under a rate takes draw n, so the same seed changes the same
 * bytes however the stream was cut into pieces.
 */
export class Corruption {
  readonly #random: RandomSource
  #offset = 0

  constructor(random: RandomSource) {
    this.#random = random
  }

  /** In place; returns how many bytes were changed. */
  apply(bytes: Uint8Array, { corruptionRate, corruptAt }: Conditions): number {
    const start = this.#offset
    this.#offset += bytes.length
    const hit = corruptAt.filter((offset) => offset >= start && offset < this.#offset)
    for (const offset of hit) flip(bytes, offset - start, ALL_BITS)
    return hit.length + (corruptionRate > 0 ? this.#atRate(bytes, corruptionRate) : 0)
  }

  #atRate(bytes: Uint8Array, rate: number): number {
    let changed = 0
    for (let index = 0; index < bytes.length; index++) {
      const draw = this.#random.next()
      if (draw >= rate) continue
      flip(bytes, index, 1 + Math.floor((draw / rate) * ALL_BITS))
      changed++
    }
    return changed
  }
}

function flip(bytes: Uint8Array, index: number, mask: number): void {
  bytes[index] = (bytes[index] ?? 0) ^ mask
}
