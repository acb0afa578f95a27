import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'

export const USAGE = `usage: npm run -s synthetic -- --accounts N --out DIR [--seed S] [--window W] [--after K] [--json]
Writes a store whose head is window W (default 256) with N accounts made from the seed, the genesis of its network and
the identities of its four operators. K further windows follow it. For tests and benchmarks only.`

/** More would need more than half a gigabyte of memory to be put in order. */
const ACCOUNTS_MAX = 10_000_000
const WINDOW_MAX = 100_000
const DEFAULT_WINDOW = '256'

export interface SyntheticOptions {
  readonly accounts: number
  readonly seed: string
  readonly out: string
  /** The window with which the accounts appear. */
  readonly window: number
  /** Windows that follow it. */
  readonly after: number
}

const FLAGS = {
  accounts: { type: 'string' },
  seed: { type: 'string', default: '1' },
  out: { type: 'string' },
  window: { type: 'string', default: DEFAULT_WINDOW },
  after: { type: 'string', default: '0' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** `undefined` when only the usage was asked for. Throws UsageError that names the flag. */
export function parseOptions(args: readonly string[]): (SyntheticOptions & { readonly json: boolean }) | undefined {
  const { values } = parse(args)
  if (values.help) return undefined
  return {
    accounts: count('accounts', values.accounts, 1, ACCOUNTS_MAX),
    out: required('out', values.out),
    seed: values.seed,
    window: count('window', values.window, 1, WINDOW_MAX),
    after: count('after', values.after, 0, WINDOW_MAX),
    json: values.json,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS })
  } catch (cause) {
    throw new UsageError(errorMessage(cause), { cause })
  }
}

function required(flag: string, text: string | undefined): string {
  if (text) return text
  throw new UsageError(`--${flag} is missing`, { field: flag, remedy: `give --${flag}` })
}

function count(flag: string, text: string | undefined, least: number, most: number): number {
  const value = Number(required(flag, text))
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new UsageError(`--${flag} is '${text}'`, { field: flag, remedy: `use a whole number from ${least} to ${most}` })
}
