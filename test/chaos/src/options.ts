import { resolve } from 'node:path'
import { KINDS, type Kind } from './plan/types.js'
import { parseFlags, RUN_FLAGS, type RunOptions, runOf, usage, wholeNumber } from './program/flags.js'

export const USAGE =
  'usage: npm run chaos -- [--minutes M] [--seed S] [--json] [--data-dir DIR] [--from COMMIT] [--network auto|namespaces|loopback] [--kinds KIND,KIND…] [--partition-seconds N] [--plan]'

export interface ChaosOptions extends RunOptions {
  /** Absolute. Builds and the runs that did not pass stay in it. */
  readonly dataDir: string
  /** Commit of the other build; undefined: the nearest parent that can be built. */
  readonly from: string | undefined
  readonly network: 'auto' | 'namespaces' | 'loopback'
  /** The only ones that are done; undefined: all. */
  readonly kinds: readonly Kind[] | undefined
  /** How long each partition lasts; undefined: 8 to 10 s. */
  readonly partitionSeconds: number | undefined
  /** Only the plan is wanted. */
  readonly planOnly: boolean
}

/** Beside the caller, as that of a devnet. */
const DEFAULT_DATA_DIR = '.montana/chaos'
/** An hour: no goal asks for more. */
const PARTITION_SECONDS_MAX = 3_600
const NETWORKS = ['auto', 'namespaces', 'loopback'] as const
const FLAGS = {
  ...RUN_FLAGS,
  'data-dir': { type: 'string', default: DEFAULT_DATA_DIR },
  from: { type: 'string' },
  network: { type: 'string', default: 'auto' },
  kinds: { type: 'string' },
  'partition-seconds': { type: 'string' },
  plan: { type: 'boolean', default: false },
} as const

/** Throws UsageError. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const values = parseFlags(args, FLAGS, USAGE)
  const network = NETWORKS.find((known) => known === values.network)
  if (!network) throw usage('network', `'${values.network}' is unknown`, `use one of ${NETWORKS.join(', ')}`)
  const { from, plan: planOnly } = values
  const kinds = values.kinds === undefined ? undefined : kindsFrom(values.kinds)
  const partitionSeconds = secondsFrom(values['partition-seconds'])
  return { ...runOf(values), dataDir: resolve(values['data-dir']), from, network, kinds, partitionSeconds, planOnly }
}

function kindsFrom(text: string): Kind[] {
  const kinds = text.split(',').map((name) => {
    const kind = KINDS.find((known) => known === name)
    if (kind) return kind
    throw usage('kinds', `'${name}' is unknown`, `give some of ${KINDS.join(',')}`)
  })
  return [...new Set(kinds)]
}

function secondsFrom(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber('partition-seconds', text, 1, PARTITION_SECONDS_MAX)
}
