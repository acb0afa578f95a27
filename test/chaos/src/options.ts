import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'

export const USAGE =
  'usage: npm run chaos -- [--minutes M] [--seed S] [--json] [--data-dir DIR] [--from COMMIT] [--network auto|namespaces|loopback] [--plan]'

export interface ChaosOptions {
  readonly minutes: number
  readonly seed: number
  readonly json: boolean
  /** Absolute. Builds and the runs that did not pass stay in it. */
  readonly dataDir: string
  /** Commit of the other build; undefined: the nearest parent that can be built. */
  readonly from: string | undefined
  readonly network: 'auto' | 'namespaces' | 'loopback'
  /** Only the plan is wanted. */
  readonly planOnly: boolean
  readonly help: boolean
}

const MINUTES_MAX = 24 * 60
/** Beside the caller, as that of a devnet. */
const DEFAULT_DATA_DIR = '.montana/chaos'
const NETWORKS = ['auto', 'namespaces', 'loopback'] as const

/** Throws UsageError. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const values = parse(args)
  const network = NETWORKS.find((known) => known === values.network)
  if (!network) throw usage('network', `'${values.network}' is unknown`, `use one of ${NETWORKS.join(', ')}`)
  return {
    minutes: wholeNumber('minutes', values.minutes, 1, MINUTES_MAX),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    json: values.json,
    dataDir: resolve(values['data-dir']),
    from: values.from,
    network,
    planOnly: values.plan,
    help: values.help,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '5' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        'data-dir': { type: 'string', default: DEFAULT_DATA_DIR },
        from: { type: 'string' },
        network: { type: 'string', default: 'auto' },
        plan: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(errorMessage(error), { field: 'flags', remedy: USAGE })
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw usage(flag, `'${text}' is not a whole number`, `give a number from ${min} to ${max}`)
}

function usage(field: string, problem: string, remedy: string): UsageError {
  return new UsageError(`--${field} ${problem}`, { field, remedy })
}
