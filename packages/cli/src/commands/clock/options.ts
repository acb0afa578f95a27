import { UsageError } from '@montana/foundation'
import { MAX_D } from '@montana/timechain'
import type { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'

/** Where the D to judge against comes from. */
export type NetworkSource =
  | { readonly kind: 'production' }
  | { readonly kind: 'd'; readonly d: number }
  | { readonly kind: 'genesis'; readonly path: string }
  /** Named by environment alone, a directory without a chain is no mistake. */
  | { readonly kind: 'data-dir'; readonly path: string; readonly isRequired: boolean }

export interface CalibrateOptions {
  readonly seconds: number
  readonly json: boolean
  readonly quiet: boolean
  readonly source: NetworkSource
}

interface Flags extends GlobalOptions {
  seconds: string
  genesis?: string
  d?: string
}

const MAX_SECONDS = 3600

export function addCalibrateFlags(command: Command): Command {
  return command
    .option('--seconds <N>', 'how long to measure, in all', '6')
    .option('--genesis <FILE>', 'judge against the D of this genesis document')
    .option('--d <STEPS>', 'judge against this D')
}

export function readCalibrateOptions(context: CliContext, command: Command): CalibrateOptions {
  const flags = command.optsWithGlobals<Flags>()
  return {
    seconds: wholeNumber('seconds', flags.seconds, MAX_SECONDS),
    json: flags.json === true,
    quiet: flags.quiet === true,
    source: readSource(context, flags),
  }
}

function readSource({ environment }: CliContext, { genesis, d, dataDir }: Flags): NetworkSource {
  const given = Object.entries({ genesis, d, 'data-dir': dataDir }).filter(([, value]) => value !== undefined)
  const [first, second] = given.map(([flag]) => flag)
  if (second !== undefined) {
    const remedy = 'give one of --genesis, --data-dir and --d'
    throw new UsageError(`--${first} and --${second} both name a network`, { field: second, remedy })
  }
  if (d !== undefined) return { kind: 'd', d: wholeNumber('d', d, MAX_D) }
  if (genesis !== undefined) return { kind: 'genesis', path: genesis }
  const path = dataDir ?? environment.MONTANA_DATA_DIR
  if (path !== undefined) return { kind: 'data-dir', path, isRequired: dataDir !== undefined }
  return { kind: 'production' }
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value
  const remedy = `give a number from 1 to ${max}`
  throw new UsageError(`--${flag} '${text}' is not a whole number from 1 to ${max}`, { field: flag, remedy })
}
