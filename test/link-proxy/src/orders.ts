import { UsageError } from '@montana/foundation'
import { CLEAR, type Conditions, problemWith } from './conditions.js'
import type { Change } from './link-proxy.js'

/** What a line on standard input asks for. */
export interface Order extends Change {
  readonly cut: boolean
  readonly heal: boolean
  readonly counts: boolean
}

/** Throws UsageError that names what is wrong with the line. */
export function parseOrder(line: string): Order {
  const { forward, backward, cut, heal, counts, ...unknown } = membersOf(parseJson(line), 'the line')
  const [stray] = Object.keys(unknown)
  if (stray !== undefined) throw new UsageError(`'${stray}' is no order; use forward, backward, cut, heal or counts`)
  return {
    ...(forward !== undefined && { forward: conditionsOf(forward, 'forward') }),
    ...(backward !== undefined && { backward: conditionsOf(backward, 'backward') }),
    ...{ cut: cut === true, heal: heal === true, counts: counts === true },
  }
}

function conditionsOf(value: unknown, field: string): Partial<Conditions> {
  const { bytesPerSecond, ...others } = membersOf(value, field)
  const members = { ...others, ...(bytesPerSecond !== undefined && { bytesPerSecond: boundOf(bytesPerSecond) }) }
  for (const [name, given] of Object.entries(members)) check(`${field}.${name}`, name, given)
  return members as Partial<Conditions>
}

/** JSON has no Infinity: null is no bound. */
function boundOf(given: unknown): unknown {
  return given === null ? CLEAR.bytesPerSecond : given
}

function check(field: string, name: string, given: unknown): void {
  const known: unknown = Object.hasOwn(CLEAR, name) ? CLEAR[name as keyof Conditions] : undefined
  const isKind = Array.isArray(known) ? Array.isArray(given) : typeof known === typeof given && known !== undefined
  const problem = isKind ? problemWith({ [name]: given }) : 'see the README for what it may be'
  if (problem !== undefined) throw new UsageError(`${field} is ${JSON.stringify(given)}; ${problem}`, { field })
}

function membersOf(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new UsageError(`${field} is not a JSON object`, { field })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new UsageError('the line is not JSON', { cause })
  }
}
