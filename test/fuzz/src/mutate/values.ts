import type { Dice } from './random.js'

const NUMBERS = [
  0,
  1,
  -1,
  2,
  255,
  256,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
]
const ODD_NUMBERS = [-0, 0.5, 1e21, 1e308, -(2 ** 31)]
const BIGINTS = [0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 127n, 2n ** 128n - 1n]
const STRINGS = [
  '',
  '0',
  '-1',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  'é',
  'e\u0301',
  '1e999',
  '../..',
  '__proto__',
  'NaN',
  'null',
]
const DATES = ['2026-01-01T00:00:00.000Z', '2026-02-30T00:00:00.000Z', '+275760-09-13T00:00:00.001Z', '0000-00-00']
const NAMES = ['__proto__', 'constructor', 'toString', 'length', '', 'valueOf']

/** A copy of a decoded value in which one part, chosen by chance, is another. */
export function changeValue(value: unknown, dice: Dice): unknown {
  if (isPlain(value) && !dice.oneIn(8)) return changeInside(value, dice)
  return replacement(value, dice)
}

type Plain = unknown[] | Record<string, unknown>

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Map)
}

function changeInside(value: Plain, dice: Dice): unknown {
  if (Array.isArray(value)) return changeArray(value, dice)
  const keys = Object.keys(value)
  const key = dice.pick(keys)
  if (key === undefined || dice.oneIn(12)) return changeKeys(value, key, dice)
  return { ...value, [key]: changeValue(value[key], dice) }
}

function changeKeys(value: Record<string, unknown>, key: string | undefined, dice: Dice): unknown {
  const entries = Object.entries(value)
  if (key !== undefined && dice.oneIn(2)) return Object.fromEntries(entries.filter(([name]) => name !== key))
  const added = [dice.pick(NAMES), key === undefined ? 0 : value[key]] as [string, unknown]
  return Object.fromEntries([...entries, added])
}

function changeArray(value: readonly unknown[], dice: Dice): unknown {
  const at = dice.below(value.length)
  const ways = [
    () => value.map((item, index) => (index === at ? changeValue(item, dice) : item)),
    () => value.filter((_, index) => index !== at),
    () => [...value.slice(0, at), value[at], ...value.slice(at)],
    () => value.toReversed(),
    () => (value.length === 0 ? value : Array.from({ length: dice.length(300) }, () => value[at])),
  ]
  return dice.oneIn(2) ? ways[0]?.() : dice.pick(ways)?.()
}

function replacement(value: unknown, dice: Dice): unknown {
  if (typeof value === 'number') return changeNumber(value, dice)
  if (typeof value === 'bigint') return dice.oneIn(3) ? value + 1n : dice.pick(BIGINTS)
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string') return changeString(value, dice)
  if (value instanceof Uint8Array) return changeView(value, dice)
  return dice.pick([null, 0, '', [], {}, true])
}

function changeNumber(value: number, dice: Dice): unknown {
  if (dice.oneIn(10)) return dice.pick(ODD_NUMBERS)
  return dice.oneIn(3) ? value + (dice.oneIn(2) ? 1 : -1) : dice.pick(NUMBERS)
}

function changeString(value: string, dice: Dice): unknown {
  if (dice.oneIn(12)) return dice.pick([null, 0, [value], { [value]: value }])
  if (dice.oneIn(3)) return dice.pick(dice.oneIn(3) ? DATES : STRINGS)
  const at = dice.below(value.length + 1)
  if (dice.oneIn(6)) return value.repeat(dice.length(64))
  const put = dice.oneIn(3) ? '' : (dice.pick([...STRINGS, 'a', 'Z', '9', '=', '/', ':', '-']) ?? '')
  return value.slice(0, at) + put + value.slice(at + dice.below(2))
}

function changeView(value: Uint8Array, dice: Dice): Uint8Array {
  const changed = Uint8Array.from(value)
  if (changed.length === 0) return Uint8Array.of(dice.below(256))
  if (dice.oneIn(8)) return changed.subarray(1)
  if (dice.oneIn(4)) return changed.fill(dice.oneIn(2) ? 0 : 255)
  changed[dice.below(changed.length)] = dice.below(256)
  return changed
}
