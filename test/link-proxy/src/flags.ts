import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'
import { parseAddress } from './address.js'
import { type Conditions, problemWith } from './conditions.js'
import type { LinkProxyOptions } from './link-proxy.js'

export const USAGE = `usage: node test/link-proxy/dist/main.js --listen HOST:PORT --to HOST:PORT [--seed N] [CONDITION…]
Conditions hold in both directions; with forward- or backward- in front of the name in one only:
  --delay-ms N  --jitter-ms N  --kbit-per-s N  --stall  --corrupt-rate SHARE  --corrupt-at OFFSET,…
A line of JSON on standard input changes them while it runs; null takes the bound of a rate away:
  {"forward": {"isStalled": true}}  {"backward": {"delayMs": 30}}  {"forward": {"bytesPerSecond": null}}
  {"cut": true}  {"heal": true}  {"counts": true}`

const CONDITION_FLAGS = ['delay-ms', 'jitter-ms', 'kbit-per-s', 'stall', 'corrupt-rate', 'corrupt-at'] as const
const WAYS = ['forward', 'backward'] as const
type Way = (typeof WAYS)[number]
type Values = Readonly<Record<string, string | boolean | undefined>>

/** A kbit is 1000 bits. */
const BYTES_PER_KBIT = 125

export function asksForHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--help' || arg === '-h')
}

/** Throws UsageError that names the flag. */
export function parseFlags(args: readonly string[]): LinkProxyOptions {
  const values = read(args)
  return {
    listen: parseAddress(String(values.listen ?? '127.0.0.1:0'), '--listen'),
    to: parseAddress(String(values.to ?? ''), '--to'),
    ...(values.seed !== undefined && { seed: number('seed', values.seed) }),
    forward: conditionsOf(values, 'forward'),
    backward: conditionsOf(values, 'backward'),
  }
}

function read(args: readonly string[]): Values {
  const names = CONDITION_FLAGS.flatMap((flag) => [flag, ...WAYS.map((way) => `${way}-${flag}`)])
  const flags = names.map((name) => [name, { type: name.endsWith('stall') ? 'boolean' : 'string' }] as const)
  const fixed = { listen: { type: 'string' }, to: { type: 'string' }, seed: { type: 'string' } } as const
  try {
    return parseArgs({ args: [...args], options: { ...Object.fromEntries(flags), ...fixed } }).values as Values
  } catch (cause) {
    throw new UsageError(errorMessage(cause), { cause })
  }
}

function conditionsOf(values: Values, way: Way): Partial<Conditions> {
  const conditions: Partial<Conditions>[] = CONDITION_FLAGS.map((flag) => {
    const name = values[`${way}-${flag}`] === undefined ? flag : `${way}-${flag}`
    const value = values[name]
    return value === undefined ? {} : checked(name, value, conditionOf(flag, name, value))
  })
  return Object.assign({}, ...conditions) as Partial<Conditions>
}

function checked(name: string, text: string | boolean, condition: Partial<Conditions>): Partial<Conditions> {
  const problem = problemWith(condition)
  if (problem === undefined) return condition
  throw new UsageError(`--${name} is '${text}'; ${problem}`, { field: `--${name}` })
}

function conditionOf(
  flag: (typeof CONDITION_FLAGS)[number],
  name: string,
  value: string | boolean,
): Partial<Conditions> {
  switch (flag) {
    case 'stall':
      return { isStalled: value === true }
    case 'corrupt-at':
      return {
        corruptAt: String(value)
          .split(',')
          .map((offset) => number(name, offset)),
      }
    case 'delay-ms':
      return { delayMs: number(name, value) }
    case 'jitter-ms':
      return { jitterMs: number(name, value) }
    case 'corrupt-rate':
      return { corruptionRate: number(name, value) }
    case 'kbit-per-s':
      return { bytesPerSecond: number(name, value) * BYTES_PER_KBIT }
  }
}

function number(name: string, text: string | boolean): number {
  const value = Number(text)
  if (text !== '' && Number.isFinite(value) && value >= 0) return value
  throw new UsageError(`--${name} is '${text}'; use a number from 0`, { field: `--${name}` })
}
