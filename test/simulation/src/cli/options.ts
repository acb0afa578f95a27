import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'
import { FAULT_KINDS, type FaultKind } from '../plan/plan.js'

export const USAGE = `usage: npm run -s sim -- [--seeds N] [--start N] [--windows K] [--json]
       npm run -s sim -- --seed N [--trace] [--windows K] [--without KIND,…] [--members N]
       npm run -s sim -- --minutes M [--start N]
       npm run -s sim -- --planted [--only BUG] [--seeds N] [--json]
Runs whole networks in virtual time, one history per seed, and ends with "N passed, M failed".
Fault kinds: ${FAULT_KINDS.join(', ')}`

export interface SimOptions {
  readonly start: number
  readonly seeds: number
  readonly windows: number
  readonly minutes: number | undefined
  readonly trace: boolean
  readonly planted: boolean
  readonly only: string | undefined
  readonly json: boolean
  readonly help: boolean
  readonly without: readonly FaultKind[]
  readonly members: number | undefined
}

const FLAGS = {
  seeds: { type: 'string' },
  start: { type: 'string', default: '1' },
  seed: { type: 'string' },
  windows: { type: 'string', default: '60' },
  minutes: { type: 'string' },
  members: { type: 'string' },
  without: { type: 'string', default: '' },
  only: { type: 'string' },
  trace: { type: 'boolean', default: false },
  planted: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** Throws UsageError that names the flag. */
export function parseOptions(args: readonly string[]): SimOptions {
  const { values } = parse(args)
  const seed = values.seed === undefined ? undefined : count('seed', values.seed, 0)
  return {
    start: seed ?? count('start', values.start, 0),
    seeds: seed === undefined ? count('seeds', values.seeds ?? defaultSeeds(values.planted), 1) : 1,
    windows: count('windows', values.windows, 4),
    minutes: values.minutes === undefined ? undefined : count('minutes', values.minutes, 1),
    members: values.members === undefined ? undefined : count('members', values.members, 4),
    without: kinds(values.without),
    only: values.only,
    ...{ trace: values.trace, planted: values.planted, json: values.json, help: values.help },
  }
}

/** As many as a change is checked with; a planted bug may hide for longer (reliability goals 1 and 4). */
function defaultSeeds(isPlanted: boolean): string {
  return isPlanted ? '100' : '200'
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS })
  } catch (cause) {
    throw new UsageError(errorMessage(cause), { cause })
  }
}

function count(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`--${flag} is '${text}'; use a whole number from ${least}`)
}

function kinds(text: string): FaultKind[] {
  const names = text.split(',').filter((name) => name !== '')
  return names.map((name) => {
    const kind = FAULT_KINDS.find((known) => known === name)
    if (kind) return kind
    throw new UsageError(`--without names '${name}'; one of ${FAULT_KINDS.join(', ')}`)
  })
}
