/** Place of one member in a JSON text: offsets of its value. */
interface Member {
  readonly key: string
  readonly start: number
  readonly end: number
}

interface ObjectSpan {
  readonly members: readonly Member[]
  /** Offset of the closing brace. */
  readonly close: number
}

/**
 * Replaces, or adds at the end, the value at `path` of an object and leaves every other byte as it is: order of keys,
 * form of numbers, blanks. `text` has been parsed before, and what stands on the way of the path are objects.
 */
export function setMember(text: string, path: readonly [string, ...string[]], value: unknown): string {
  return setAt(text, skipBlanks(text, 0), path, value, 1)
}

function setAt(text: string, start: number, path: readonly string[], value: unknown, depth: number): string {
  const [key = '', ...rest] = path
  const { members, close } = objectAt(text, start)
  // Of two equal keys parsers take the last.
  const member = members.findLast((candidate) => candidate.key === key)
  if (member !== undefined && rest.length > 0) return setAt(text, member.start, rest, value, depth + 1)
  const inner = rest.reduceRight((nested: unknown, name) => ({ [name]: nested }), value)
  const indent = indentOf(text)
  const written = format(inner, indent, depth)
  if (member !== undefined) return text.slice(0, member.start) + written + text.slice(member.end)
  return addMember(text, { members, close }, `${JSON.stringify(key)}:${indent === '' ? '' : ' '}${written}`, depth)
}

function addMember(text: string, { members, close }: ObjectSpan, entry: string, depth: number): string {
  const indent = indentOf(text)
  const last = members.at(-1)
  const lead = indent === '' ? '' : `\n${indent.repeat(depth)}`
  if (last !== undefined) return `${text.slice(0, last.end)},${lead}${entry}${text.slice(last.end)}`
  const tail = indent === '' ? '' : `\n${indent.repeat(depth - 1)}`
  const open = text.lastIndexOf('{', close)
  return `${text.slice(0, open + 1)}${lead}${entry}${tail}${text.slice(close)}`
}

function format(value: unknown, indent: string, depth: number): string {
  return JSON.stringify(value, null, indent).replaceAll('\n', `\n${indent.repeat(depth)}`)
}

/** Of the first line that is indented; '' for a text on one line. */
function indentOf(text: string): string {
  return /\n([\t ]+)\S/.exec(text)?.[1] ?? (text.includes('\n') ? '  ' : '')
}

function objectAt(text: string, start: number): ObjectSpan {
  const members: Member[] = []
  let at = skipBlanks(text, start + 1)
  while (text[at] !== '}') {
    const keyEnd = endOfString(text, at)
    const valueStart = skipBlanks(text, skipBlanks(text, keyEnd) + 1)
    const valueEnd = endOfValue(text, valueStart)
    members.push({ key: JSON.parse(text.slice(at, keyEnd)) as string, start: valueStart, end: valueEnd })
    at = skipBlanks(text, valueEnd)
    if (text[at] === ',') at = skipBlanks(text, at + 1)
  }
  return { members, close: at }
}

function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start)
  if (text[start] !== '{' && text[start] !== '[') return endOf(/[^\s,\]}]*/y, text, start)
  let depth = 0
  for (let at = start; ; at++) {
    const letter = text[at]
    if (letter === '"') at = endOfString(text, at) - 1
    else if (letter === '{' || letter === '[') depth++
    else if ((letter === '}' || letter === ']') && --depth === 0) return at + 1
    else if (letter === undefined) return at
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

function skipBlanks(text: string, at: number): number {
  return endOf(/[\t\n\r ]*/y, text, at)
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  pattern.exec(text)
  return pattern.lastIndex
}
