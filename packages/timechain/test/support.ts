import { fromHex } from '@montana/foundation'
import vectors from './fixtures/timechain.json' with { type: 'json' }

export interface Vector<I, E> {
  name: string
  input: I
  expected: E
}

export function named(name: string) {
  const found = vectors.find((vector) => vector.name === name)
  if (!found) throw new Error(`no vector ${name}`)
  return found
}

export function steps() {
  return vectors.filter(({ name }) => name.startsWith('ssha_step')) as Vector<{ prev: string; d: number }, string>[]
}

export function adaptations() {
  return vectors.filter(({ name }) => name.startsWith('next_d')) as Vector<
    { d_old: number; median_permille: number },
    number
  >[]
}

export function bytes(hex: string): Uint8Array {
  const decoded = fromHex(hex)
  if (!decoded) throw new Error(`not hex: ${hex}`)
  return decoded
}
