import { type Material, mutateBytes } from './bytes.js'
import type { Dice } from './random.js'
import { changeValue } from './values.js'

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '-',
  '#',
  "'",
  '\\',
  '\\u0000',
  '\\ud800',
  '&a',
  '*a',
  '!!',
]
const PIECES = [
  'null',
  'true',
  '1e999',
  '-0',
  '0x10',
  '"__proto__":1',
  '%',
  '$',
  '${',
  '../',
  '\u0000',
  '\u2028',
  '\ufeff',
]

/** JSON is mostly changed as a value, and now and then as text. */
export function mutateJson(input: Uint8Array, dice: Dice, material: Material): Uint8Array {
  if (dice.oneIn(5)) return mutateText(input, dice, material)
  try {
    const value: unknown = JSON.parse(Buffer.from(input).toString('utf8'))
    return Buffer.from(written(changed(value, dice, material), dice)).subarray(0, material.maxBytes)
  } catch {
    return mutateText(input, dice, material)
  }
}

/** Several lines, each of which may be JSON. */
export function mutateLines(input: Uint8Array, dice: Dice, material: Material): Uint8Array {
  const lines = Buffer.from(input).toString('latin1').split('\n')
  const at = dice.below(lines.length)
  const line = Buffer.from(lines[at] ?? '', 'latin1')
  const ways = [
    () => lines.with(at, Buffer.from(mutateJson(line, dice, material)).toString('latin1')),
    () => lines.toSpliced(at, 1),
    () => lines.toSpliced(at, 0, lines[dice.below(lines.length)] ?? ''),
    () => lines.with(at, `${lines[at]}${dice.pick(lines)}`),
  ]
  const result = dice.oneIn(3) ? dice.pick(ways)?.() : ways[0]?.()
  return Buffer.from((result ?? lines).join('\n'), 'latin1').subarray(0, material.maxBytes)
}

export function mutateText(input: Uint8Array, dice: Dice, material: Material): Uint8Array {
  if (dice.oneIn(2)) return mutateBytes(input, dice, material)
  const text = Buffer.from(input).toString('latin1')
  const at = dice.below(text.length + 1)
  const token = Buffer.from(dice.pick(dice.oneIn(3) ? PIECES : TOKENS) ?? '').toString('latin1')
  const put = dice.oneIn(10) ? token.repeat(dice.length(2000)) : token
  const result = text.slice(0, at) + put + text.slice(at + dice.below(3))
  return Buffer.from(result, 'latin1').subarray(0, material.maxBytes)
}

function changed(value: unknown, dice: Dice, { words, wishes }: Material): unknown {
  if (wishes.length > 0 && dice.oneIn(4)) {
    const wish = dice.pick(wishes)
    const [from, to] = [textOf(wish?.from), textOf(wish?.to)]
    return mapStrings(value, (text) => (text === from ? to : text))
  }
  if (words.length > 0 && dice.oneIn(6)) return mapOnce(value, dice, textOf(dice.pick(words)))
  return changeValue(value, dice)
}

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1')

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]))
}

/** One string of the value becomes the word. */
function mapOnce(value: unknown, dice: Dice, word: string): unknown {
  return mapStrings(value, (text) => (dice.oneIn(8) ? word : text))
}

/** As JSON.stringify does, or with a key twice, or with spaces. */
function written(value: unknown, dice: Dice): string {
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part))
  if (text === undefined) return ''
  if (dice.oneIn(16)) return text.replace('{', () => `{${(/"[^"]*":/.exec(text) ?? ['"a":'])[0]}0,`)
  return dice.oneIn(16) ? JSON.stringify(value, null, 1) : text
}
