import { parseArgs } from 'node:util'
import type { Bench, BenchOptions } from './bench.js'

const DEFAULT_ROUNDS = 15
const MAX_ROUNDS = 1000
const MAX_WINDOWS = 10_000
/** More would not fit into the memory of an ordinary machine. */
const MAX_ACCOUNTS = 4_000_000

export interface OneBench extends Omit<BenchOptions, 'progress'> {
  bench: Bench
  json: boolean
}

/** Without the name of a bench all of them run, each in a process of its own. */
export interface AllBenches {
  bench: undefined
  json: boolean
  rounds?: number
  isLong: boolean
  out?: string
}

const FLAGS = {
  json: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  windows: { type: 'string' },
  accounts: { type: 'string' },
  long: { type: 'boolean' },
  out: { type: 'string' },
} as const

/** Throws with one line for whoever typed it. */
export function parseCommand(args: readonly string[], benches: readonly Bench[]): OneBench | AllBenches {
  const { values, positionals } = parseArgs({ args: [...args], options: FLAGS, allowPositionals: true })
  const rounds = values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds, MAX_ROUNDS)
  if (positionals.length === 0) return allBenches(values, rounds)
  const bench = benchOf(positionals, benches)
  refuse(`the bench '${bench.name}'`, values, bench.flags ?? [])
  const { json, windows, accounts, long } = values
  return {
    bench,
    json,
    rounds: rounds ?? DEFAULT_ROUNDS,
    ...(long && { long }),
    ...(windows && { windows: wholeNumber('windows', windows, MAX_WINDOWS) }),
    ...(accounts && { accounts: accounts.split(',').map((size) => wholeNumber('accounts', size, MAX_ACCOUNTS)) }),
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values']

function allBenches(values: Values, rounds: number | undefined): AllBenches {
  refuse('a run of all benches', values, ['long', 'out'])
  const { json = false, long = false, out } = values
  return { bench: undefined, json, isLong: long, ...(rounds && { rounds }), ...(out && { out }) }
}

function refuse(whom: string, values: Values, allowed: readonly string[]): void {
  const known = ['windows', 'accounts', 'long', 'out'] as const
  const foreign = known.find((flag) => values[flag] && !allowed.includes(flag))
  if (foreign) throw new Error(`--${foreign} means nothing to ${whom}`)
}

function benchOf([name = '', ...others]: readonly string[], benches: readonly Bench[]): Bench {
  const known = benches.map((bench) => bench.name).join(', ')
  const bench = benches.find((candidate) => candidate.name === name)
  if (!bench) throw new Error(`unknown bench '${name}'; one of ${known}`)
  if (others.length > 0) throw new Error(`one bench at a time; what is '${others[0]}'?`)
  return bench
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > max) throw new Error(`--${flag} is '${text}'; use 1…${max}`)
  return value
}
