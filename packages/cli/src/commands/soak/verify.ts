import { UsageError } from '@montana/foundation'
import { type SoakDefect, type Verification, verifyLegacy, verifySoak } from '@montana/soak'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { readSoakPath } from './options.js'

interface VerifyFlags extends GlobalOptions {
  legacy?: boolean
  path?: string
  head?: string
}

export function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description('check lines, sequence, chain, segments and head of a soak file; exit 1 on any defect')
    .argument('[file...]', 'soak files; one alone brings along what was rotated out of it (default: as poll writes)')
    .option('--path <file>', 'the same as one file')
    .option('--legacy', 'the files are of the old shape: lines are joined, and every rebuilt one is named')
    .option('--head <hash>', 'hash that the last line must have')
    .action(async (files: string[], _, self: Command) => {
      const flags = self.optsWithGlobals<VerifyFlags>()
      if (flags.legacy && flags.head !== undefined) throw noChain()
      const headSha256 = flags.head === undefined ? undefined : readHash(flags.head)
      const inputs = files.length > 0 ? files : [await readSoakPath(context, flags)]
      const found = flags.legacy
        ? { ...(await verifyLegacy(inputs, context.signal)), warnings: [], notes: [] }
        : await verifySoak(inputs, { headSha256, signal: context.signal })
      if (flags.json) context.json(found)
      else context.out(foundLines(found))
      if (found.verdict !== 'OK') context.exit(1)
    })
}

/** Old files have defects of their own, and neither chain nor head. */
type Found = Omit<Verification, 'defects'> & { readonly defects: readonly SoakPlace[] }
type SoakPlace = Omit<SoakDefect, 'kind'> & { readonly kind: string }

/** A check that cannot be made is refused, not left out. */
function noChain(): UsageError {
  const remedy = 'leave --head away: old files have no chain whose last hash could be compared'
  return new UsageError('--head cannot be checked with --legacy', { field: 'head', remedy })
}

function readHash(text: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase()
  throw new UsageError(`--head '${text}' is not a hash`, { field: 'head', remedy: 'use 64 hexadecimal digits' })
}

/** One line per thing found, then one that sums up. */
function foundLines({ verdict, records, defects, warnings, notes }: Found): string {
  const found = [
    ...defects.map((defect) => foundLine(defect)),
    ...warnings.map((warning) => `${foundLine(warning)} (warning)`),
    ...notes.map((note) => `${foundLine(note)} (note)`),
  ]
  const count = defects.length === 1 ? '1 defect' : `${defects.length} defects`
  return [...found, `${verdict}: ${records} records, ${count}`].join('\n')
}

function foundLine({ file, line, seq, kind }: SoakPlace): string {
  return `${[file, line].filter((part) => part !== null).join(':')}: ${kind}${seq === null ? '' : `, record ${seq}`}`
}
