/** What is longer is looked for in pieces, so that a pattern stays small. */
const PIECE_CHARS = 256
const BITS_PER_CHAR = 6
/** Where a secret may begin within a group of three bytes of base64. */
const OFFSETS = [0, 1, 2]

/**
 * Patterns that find `secret` as it is, with any of its characters percent-encoded, and in base64 of either alphabet of
 * whatever text it is part of. Each of its lines is looked for, too: git and ssh cut what they repeat into lines.
 */
export function patternsOf(secret: string, minChars: number): RegExp[] {
  const lines = secret.split(/[\r\n]+/).filter((line) => line.length >= minChars)
  const pieces = [...new Set([secret, ...lines])].flatMap((text) => cut(text, minChars))
  return pieces.flatMap((piece) => [percent(piece), ...base64(piece)].map((source) => new RegExp(source, 'g')))
}

/** Between two characters, never within one, and no piece shorter than `minChars`. */
function cut(text: string, minChars: number): string[] {
  const chars = Array.from(text)
  const pieces: string[] = []
  while (chars.length > PIECE_CHARS + minChars) pieces.push(chars.splice(0, PIECE_CHARS).join(''))
  return [...pieces, chars.join('')]
}

function percent(text: string): string {
  return Array.from(text, (char) => {
    const forms = [literal(char), [...Buffer.from(char)].map(percentByte).join('')]
    return `(?:${[...forms, ...(char === ' ' ? ['\\+'] : [])].join('|')})`
  }).join('')
}

function percentByte(byte: number): string {
  const digits = byte.toString(16).padStart(2, '0')
  return `%${digits.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)}`
}

/** The characters that depend on these bytes alone, and one beside each end that depends on others, too. */
function base64(text: string): string[] {
  const bytes = Buffer.from(text)
  return OFFSETS.map((offset) => {
    const all = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url')
    const first = Math.ceil((offset * 8) / BITS_PER_CHAR)
    const last = Math.floor(((offset + bytes.length) * 8) / BITS_PER_CHAR)
    const core = Array.from(all.slice(first, last), base64Char).join('')
    return `${CHAR}?${core}${CHAR}?(?:=|%3[Dd]){0,2}`
  })
}

const PLUS = '(?:[+-]|%2[Bb])'
const SLASH = '(?:[/_]|%2[Ff])'
const CHAR = `(?:[A-Za-z0-9]|${PLUS}|${SLASH})`

function base64Char(char: string): string {
  if (char === '-') return PLUS
  return char === '_' ? SLASH : char
}

function literal(char: string): string {
  return char.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
