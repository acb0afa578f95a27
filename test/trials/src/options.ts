import { parseArgs } from 'node:util'
import { FAULTS, type Fault } from './demo/cycle.js'
import type { PagePort } from './demo/page.js'
import { HOSTS } from './group/layout.js'

const TRIALS_MAX = 10_000
const DEFAULT_TRIALS = 3 * (HOSTS.length - 1)
const PORT_MAX = 65_535

export const USAGE =
  '[--json] [--trials N] [--fault kill|freeze|cut] [--network auto|namespaces|loopback] [--keep DIR] [--console-port N] [--no-console] [--stay]'

export interface DemoOptions {
  readonly json: boolean
  readonly trials: number
  readonly fault: Fault
  readonly network: string
  /** Folder of the trial, which then stays. */
  readonly keep: string | undefined
  /** Undefined: no page. */
  readonly page: PagePort | undefined
  /** Hosts and page go on after the result, until stopped. */
  readonly stay: boolean
}

/** Throws RangeError, or TypeError for a flag that is unknown. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...argv],
    allowNegative: true,
    options: {
      json: { type: 'boolean', default: false },
      trials: { type: 'string', default: String(DEFAULT_TRIALS) },
      network: { type: 'string', default: 'auto' },
      fault: { type: 'string', default: 'kill' },
      keep: { type: 'string' },
      console: { type: 'boolean' },
      'console-port': { type: 'string' },
      stay: { type: 'boolean', default: false },
    },
  })
  const { json, keep, network, stay } = values
  const trials = wholeNumber('trials', values.trials, 1, TRIALS_MAX)
  if (!['auto', 'namespaces', 'loopback'].includes(network)) throw new RangeError(`--network '${network}' is unknown`)
  const fault = FAULTS.find((known) => known === values.fault)
  if (fault === undefined) throw new RangeError(`--fault '${values.fault}' is unknown`)
  return { json, trials, fault, network, keep, stay, page: readPage(values) }
}

interface PageFlags {
  readonly json: boolean
  readonly console?: boolean | undefined
  readonly 'console-port'?: string | undefined
}

/** Who wants one object wants no page, unless it is asked for. */
function readPage({ json, console, 'console-port': port }: PageFlags): PagePort | undefined {
  if (console === false) return undefined
  if (port !== undefined) return wholeNumber('console-port', port, 0, PORT_MAX)
  return json && console !== true ? undefined : 'usual'
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new RangeError(`--${flag} '${text}' is not a whole number from ${min} to ${max}`)
}
