import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'
import { GROUP_NAMES } from '../targets/catalogue.js'
import { NATIVE_GROUP } from './native.js'

export const ALL_GROUPS: readonly string[] = [...GROUP_NAMES, NATIVE_GROUP]

/** Of one group in `npm test`, and on the command line where none is given. */
export const DEFAULT_SECONDS = 30

export const USAGE = `usage: npm run -s fuzz -- [TARGET…] [--seconds N] [--seed S] [--jobs N] [--minimize] [--json]
       npm run -s fuzz -- --replay [TARGET…] [--json]
       npm run -s fuzz -- --planted [--seconds N] [--seed S] [--json]
Fuzzes each group for N seconds (default ${DEFAULT_SECONDS}), two groups at a time; a TARGET is a group or group/name.
--minimize keeps what showed something new in test/fuzz/corpus; --replay runs what is kept there.
Exit 1 at a finding, whose input is written to .montana/fuzz/findings.
Groups: ${ALL_GROUPS.join(', ')}`

export interface FuzzOptions {
  readonly targets: readonly string[]
  readonly seconds: number
  readonly seed: number
  readonly jobs: number
  readonly minimize: boolean
  readonly replay: boolean
  readonly planted: boolean
  readonly json: boolean
  readonly help: boolean
}

const FLAGS = {
  seconds: { type: 'string', default: String(DEFAULT_SECONDS) },
  seed: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '2' },
  minimize: { type: 'boolean', default: false },
  replay: { type: 'boolean', default: false },
  planted: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** Throws UsageError that names the flag. */
export function parseOptions(args: readonly string[]): FuzzOptions {
  const { values, positionals } = parse(args)
  const { minimize, replay, planted, json, help } = values
  for (const name of positionals) checkGroup(name)
  return {
    targets: positionals,
    seconds: count('seconds', values.seconds, 1),
    seed: count('seed', values.seed, 0),
    jobs: count('jobs', values.jobs, 1),
    ...{ minimize, replay, planted, json, help },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true })
  } catch (cause) {
    throw new UsageError(errorMessage(cause), { cause })
  }
}

function checkGroup(name: string): void {
  if (ALL_GROUPS.includes(name.split('/')[0] ?? '')) return
  throw new UsageError(`'${name}' names no group; one of ${ALL_GROUPS.join(', ')}`)
}

function count(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`--${flag} is '${text}'; use a whole number from ${least}`)
}
