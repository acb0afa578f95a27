import { isUtf8 } from 'node:buffer'
import type { RandomSource } from '@montana/foundation'
import { soakRecordSchema } from '../../src/index.js'

/** One change to a file of lines, and what a verifier has to say about it. Lines count from 1. */
export interface Mutation {
  readonly name: string
  readonly bytes: Buffer
  /** The one defect, or several that name the same cut. */
  readonly expected: readonly { readonly line: number; readonly kind: string }[]
}

/** What proves the last line of the file under change: a head, the index of segments, or the file after it. */
export type LastProof = 'head_mismatch' | 'chain_break'

type Mutate = (lines: readonly string[], random: RandomSource, proof: LastProof) => Mutation

const pick = (random: RandomSource, count: number) => Math.floor(random.next() * count)

export const MUTATIONS: readonly Mutate[] = [
  truncate,
  duplicate,
  copyElsewhere,
  swap,
  move,
  flip,
  flipPrev,
  flipEnd,
  remove,
  insert,
]

function truncate(lines: readonly string[], random: RandomSource): Mutation {
  const whole = Buffer.from(lines.join(''))
  const isAtEnd = random.next() < 0.3
  const cut = isAtEnd
    ? Buffer.byteLength(lines.slice(0, pick(random, lines.length)).join(''))
    : pick(random, whole.length)
  const bytes = whole.subarray(0, cut)
  const line = bytes.toString('latin1').split('\n').length
  const isTorn = bytes.length > 0 && bytes.at(-1) !== 0x0a
  const kinds = isTorn ? ['torn', 'truncated'] : ['truncated']
  return { name: `cut at byte ${cut}`, bytes, expected: kinds.map((kind) => ({ line, kind })) }
}

function duplicate(lines: readonly string[], random: RandomSource): Mutation {
  const at = pick(random, lines.length)
  const bytes = joined(lines.toSpliced(at + 1, 0, lines[at] ?? ''))
  return { name: `line ${at + 1} twice`, bytes, expected: [{ line: at + 2, kind: 'seq_duplicate' }] }
}

function copyElsewhere(lines: readonly string[], random: RandomSource): Mutation {
  const from = pick(random, lines.length)
  const to = pick(random, lines.length + 1)
  const bytes = joined(lines.toSpliced(to, 0, lines[from] ?? ''))
  // Of two equal neighbours the second is the copy.
  const line = to === from ? to + 2 : to + 1
  return { name: `copy of line ${from + 1} before ${to + 1}`, bytes, expected: [{ line, kind: 'seq_duplicate' }] }
}

function swap(lines: readonly string[], random: RandomSource): Mutation {
  const at = pick(random, lines.length - 1)
  const bytes = joined(lines.toSpliced(at, 2, lines[at + 1] ?? '', lines[at] ?? ''))
  return { name: `lines ${at + 1} and ${at + 2} swapped`, bytes, expected: [{ line: at + 1, kind: 'seq_reorder' }] }
}

function move(lines: readonly string[], random: RandomSource): Mutation {
  const from = pick(random, lines.length)
  const to = (from + 2 + pick(random, lines.length - 3)) % lines.length
  if (Math.abs(from - to) < 2) return swap(lines, random)
  const bytes = joined(lines.toSpliced(from, 1).toSpliced(to, 0, lines[from] ?? ''))
  return { name: `line ${from + 1} moved to ${to + 1}`, bytes, expected: [{ line: to + 1, kind: 'seq_reorder' }] }
}

function flip(lines: readonly string[], random: RandomSource, proof: LastProof): Mutation {
  const at = pick(random, lines.length)
  const byte = pick(random, Buffer.byteLength(lines[at] ?? '') - 1)
  return flipped(lines, at, byte, 1 << pick(random, 8), proof)
}

/** One digit of what a record says of its predecessor: then both of its links are broken. */
function flipPrev(lines: readonly string[], random: RandomSource, proof: LastProof): Mutation {
  const at = pick(random, lines.length)
  const start = Buffer.from(lines[at] ?? '').indexOf('"prev":"') + '"prev":"'.length
  return flipped(lines, at, start + pick(random, 64), 1, proof)
}

function flipped(lines: readonly string[], at: number, byte: number, mask: number, proof: LastProof): Mutation {
  const line = Buffer.from((lines[at] ?? '').slice(0, -1))
  line[byte] = (line[byte] ?? 0) ^ mask
  const bytes = Buffer.concat([joined(lines.slice(0, at)), line, joined(['\n', ...lines.slice(at + 1)])])
  const name = `byte ${byte} of line ${at + 1} flipped`
  if (line[byte] === 0x0a) {
    const halves = [at + 1, at + 2]
    return { name, bytes, expected: halves.map((half) => ({ line: half, kind: 'invalid_json' })) }
  }
  const kind = kindOf(line) ?? (at === lines.length - 1 ? proof : 'chain_break')
  return { name, bytes, expected: [{ line: at + 1, kind }] }
}

/** The LF itself: two lines become one. */
function flipEnd(lines: readonly string[], random: RandomSource): Mutation {
  const at = pick(random, lines.length)
  const line = `${(lines[at] ?? '').slice(0, -1)}\v`
  const kinds = at === lines.length - 1 ? ['torn', 'truncated'] : ['invalid_json']
  const expected = kinds.map((kind) => ({ line: at + 1, kind }))
  return { name: `LF of line ${at + 1} flipped`, bytes: joined(lines.toSpliced(at, 1, line)), expected }
}

function remove(lines: readonly string[], random: RandomSource): Mutation {
  const at = pick(random, lines.length)
  const kind = at === lines.length - 1 ? 'truncated' : 'seq_gap'
  return { name: `line ${at + 1} deleted`, bytes: joined(lines.toSpliced(at, 1)), expected: [{ line: at + 1, kind }] }
}

function insert(lines: readonly string[], random: RandomSource): Mutation {
  const at = pick(random, lines.length + 1)
  const [text, kind] = random.next() < 0.5 ? ['not a record\n', 'invalid_json'] : ['{"seq":1}\n', 'schema']
  return {
    name: `line put before ${at + 1}`,
    bytes: joined(lines.toSpliced(at, 0, text)),
    expected: [{ line: at + 1, kind }],
  }
}

function kindOf(line: Buffer): string | undefined {
  if (!isUtf8(line)) return 'invalid_json'
  try {
    return soakRecordSchema.safeParse(JSON.parse(line.toString('utf8'))).success ? undefined : 'schema'
  } catch {
    return 'invalid_json'
  }
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join(''))
}
