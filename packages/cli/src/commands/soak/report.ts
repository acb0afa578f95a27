import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UsageError, writeFileDurably } from '@montana/foundation'
import { buildInfo } from '@montana/node/settings'
import { createReport, type Report } from '@montana/soak'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { readPollerOptions } from './options.js'

interface ReportFlags extends GlobalOptions {
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
    .action(async (files: string[], _, self: Command) => {
      const flags = self.optsWithGlobals<ReportFlags>()
      const report = await createReport({
        files: files.length > 0 ? files.map((file) => resolve(file)) : [(await readPollerOptions(context, flags)).path],
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
