import { readFileSync, writeFileSync } from 'node:fs'
import type { seededRandom } from '@montana/foundation'

export type Random = ReturnType<typeof seededRandom>
export const WAYS = ['flip', 'truncate', 'zero', 'misplace'] as const
export type Way = (typeof WAYS)[number]

const BLOCK = 4_096

/** Damages a file in one way at a random place; the place is taken anew until a byte differs. */
export function damageFile(path: string, way: Way, random: Random): void {
  const clean = readFileSync(path)
  for (let attempt = 0; attempt < 100; attempt++) {
    const bytes = DAMAGE[way](Buffer.from(clean), (limit) => Math.floor(random.next() * limit))
    if (bytes.equals(clean)) continue
    return writeFileSync(path, bytes)
  }
  throw new Error(`${path} cannot be damaged by ${way}`)
}

type Below = (limit: number) => number

const DAMAGE: Readonly<Record<Way, (bytes: Buffer, below: Below) => Buffer>> = {
  flip: (bytes, below) => {
    const at = below(bytes.length)
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << below(8)), at)
    return bytes
  },
  truncate: (bytes, below) => bytes.subarray(0, below(bytes.length)),
  zero: (bytes, below) => {
    const at = below(Math.max(1, bytes.length / BLOCK)) * BLOCK
    return bytes.fill(0, at, Math.min(bytes.length, at + BLOCK))
  },
  misplace: (bytes, below) => {
    const size = bytes.length >= 2 * BLOCK ? BLOCK : Math.floor(bytes.length / 2)
    const blocks = Math.floor(bytes.length / size)
    const [a, b] = [below(blocks) * size, below(blocks) * size]
    const kept = Buffer.from(bytes.subarray(a, a + size))
    bytes.copy(bytes, a, b, b + size)
    kept.copy(bytes, b)
    return bytes
  },
}
