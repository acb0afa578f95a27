import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UsageError, writeFileDurably } from '@montana/foundation'
import { buildInfo } from '@montana/node/settings'
import { createReport, DURATION_FORMS, type LegacyInputs, parseLegacyClock, type Report } from '@montana/soak'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { readPollerOptions } from './options.js'

interface ReportFlags extends GlobalOptions {
  legacy?: boolean
  legacySnapshot?: string
  legacyStart?: string
  legacyInterval?: string
  out?: string
  thresholds?: string
  generatedAt?: string
  gate?: boolean
}

const GATED = 1

export function reportCommand(context: CliContext): Command {
  return new Command('report')
    .description('the retrospective: judges a run by its records')
    .argument('[file...]', 'soak files, oldest first (default: that of the run)')
    .requiredOption('--out <dir>', 'directory for report.json, report.md and report.html')
    .option('--thresholds <file>', 'bounds of the rules (default: those of this release)')
    .option('--generated-at <time>', 'time that the report states, RFC 3339 (default: now)')
    .option('--gate', 'exit 1 unless the verdict is PASS')
    .option('--legacy', 'the files are of the shape of the founding report; torn records are rebuilt and counted')
    .option('--legacy-snapshot <file>', 'transcription of the tables of such a report (implies --legacy)')
    .option('--legacy-start <time>', 'time of the first legacy record, RFC 3339 in UTC')
    .option('--legacy-interval <duration>', `time between two legacy records: ${DURATION_FORMS}`)
    .action(async (files: string[], _, self: Command) => {
      const flags = self.optsWithGlobals<ReportFlags>()
      const legacy = readLegacyInputs(flags)
      const report = await createReport({
        files: await filesOf(context, flags, files),
        legacy,
        generatedAt: readTime(flags.generatedAt),
        thresholdsFile: flags.thresholds,
        command: 'montana soak report',
        build: buildInfo().version,
      })
      await writeReport(resolve(flags.out ?? ''), report)
      if (flags.json) context.json(report)
      else context.out(report.closing)
      if (flags.gate && report.verdict !== 'PASS') context.exit(GATED)
    })
}

/** A transcription may stand alone. */
async function filesOf(context: CliContext, flags: ReportFlags, files: readonly string[]): Promise<string[]> {
  if (files.length > 0 || flags.legacySnapshot !== undefined) return files.map((file) => resolve(file))
  return [(await readPollerOptions(context, flags)).path]
}

function readLegacyInputs(flags: ReportFlags): LegacyInputs | undefined {
  const { legacySnapshot, legacyStart, legacyInterval } = flags
  const clock = parseLegacyClock(legacyStart, legacyInterval)
  if (legacySnapshot !== undefined) return { snapshotFile: resolve(legacySnapshot), clock }
  if (flags.legacy) return { clock }
  if (clock === undefined) return undefined
  const remedy = 'add --legacy, or leave these times away'
  throw new UsageError('--legacy-start is of use only with --legacy', { field: 'legacy-start', remedy })
}

async function writeReport(dir: string, report: Report): Promise<void> {
  await mkdir(dir, { recursive: true })
  await writeFileDurably(join(dir, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
}

function readTime(text: string | undefined): string {
  if (text === undefined) return new Date().toISOString()
  const ms = Date.parse(text)
  if (!Number.isNaN(ms)) return new Date(ms).toISOString()
  throw new UsageError(`--generated-at '${text}' is not a time`, {
    field: 'generated-at',
    remedy: 'use a form like 2026-05-21T19:40:02.000Z',
  })
}
