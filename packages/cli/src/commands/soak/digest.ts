import { ConfigError, errorCode, UsageError, writeFileDurably } from '@montana/foundation'
import { type Digest, DURATION_FORMS, digestFiles, digestJournal } from '@montana/soak'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { digestTable } from './digest-table.js'
import { readSince } from './since.js'

interface DigestFlags extends GlobalOptions {
  label: string
  unit?: string[]
  since?: string
  file?: string[]
  out?: string
}

/** As installed: spec operations 10. */
export const NODE_UNIT = 'montana-node.service'

export function digestCommand(context: CliContext): Command {
  return new Command('digest')
    .description('the log of this host by unit, code and kind of line, fit to be published')
    .option('--label <name>', 'node whose log it is', 'node')
    .option('--unit <unit...>', `units to read from the journal (default ${NODE_UNIT})`)
    .option('--since <time>', `only lines from then on: RFC 3339, or ${DURATION_FORMS} ago`)
    .option('--file <log...>', 'log files to read instead of the journal')
    .option('--out <file>', 'also write the digest there, as JSON')
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<DigestFlags>()
      const digest = await makeDigest(context, flags)
      if (flags.out !== undefined) await writeDigest(flags.out, digest)
      if (flags.json) return context.json(digest)
      context.out(digestTable(digest))
    })
}

async function writeDigest(path: string, digest: Digest): Promise<void> {
  await writeFileDurably(path, `${JSON.stringify(digest)}\n`).catch((error: unknown) => {
    throw new ConfigError(`digest ${path} cannot be written: ${errorCode(error)}`, {
      field: 'out',
      remedy: 'name a file in a directory that you may write with --out',
      cause: error,
    })
  })
}

async function makeDigest({ signal }: CliContext, { label, unit, since, file }: DigestFlags): Promise<Digest> {
  const common = { label, sinceMs: since === undefined ? undefined : readSince(since, Date.now()), signal }
  if (file === undefined) return await digestJournal({ ...common, units: unit ?? [NODE_UNIT] })
  return await digestFiles({ ...common, files: file, unit: onlyUnit(unit) })
}

/** Lines of a file say no unit; one name tells whose they are, several would not. */
function onlyUnit(units: readonly string[] = []): string | undefined {
  if (units.length <= 1) return units[0]
  throw new UsageError('--file goes with one --unit', { field: 'unit', remedy: 'make one digest per unit' })
}
