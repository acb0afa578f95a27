import { resolve } from 'node:path'
import { parseFlags, RUN_FLAGS, type RunOptions, runOf, usage } from './program/flags.js'

export const USAGE =
  'usage: npm run chaos -- [--minutes M] [--seed S] [--json] [--data-dir DIR] [--from COMMIT] [--network auto|namespaces|loopback] [--plan]'

export interface ChaosOptions extends RunOptions {
  /** Absolute. Builds and the runs that did not pass stay in it. */
  readonly dataDir: string
  /** Commit of the other build; undefined: the nearest parent that can be built. */
  readonly from: string | undefined
  readonly network: 'auto' | 'namespaces' | 'loopback'
  /** Only the plan is wanted. */
  readonly planOnly: boolean
}

/** Beside the caller, as that of a devnet. */
const DEFAULT_DATA_DIR = '.montana/chaos'
const NETWORKS = ['auto', 'namespaces', 'loopback'] as const
const FLAGS = {
  ...RUN_FLAGS,
  'data-dir': { type: 'string', default: DEFAULT_DATA_DIR },
  from: { type: 'string' },
  network: { type: 'string', default: 'auto' },
  plan: { type: 'boolean', default: false },
} as const

/** Throws UsageError. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const values = parseFlags(args, FLAGS, USAGE)
  const network = NETWORKS.find((known) => known === values.network)
  if (!network) throw usage('network', `'${values.network}' is unknown`, `use one of ${NETWORKS.join(', ')}`)
  const { from, plan: planOnly } = values
  return { ...runOf(values), dataDir: resolve(values['data-dir']), from, network, planOnly }
}
