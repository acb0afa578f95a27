import { randomBytes } from 'node:crypto'

/** Where randomness that is not a secret comes from; the simulator supplies a seeded one. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  next(): number
}

export const systemRandom: RandomSource = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
}

/** sfc32: small, fast, passes PractRand; for tests and simulations, never for secrets. */
export function seededRandom(seed: number): RandomSource {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed | 0, 1]
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return (t >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 15; i++) next()
  return { next }
}
