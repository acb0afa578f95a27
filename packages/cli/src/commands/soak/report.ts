import { dirname, join, resolve } from 'node:path'
import {
  createReport,
  createReportMetrics,
  isAccounted,
  type Report,
  type ReportOptions,
  renderSummary,
  type WrittenFile,
  writeReport,
} from '@montana/soak'
import { Command } from 'commander'
import { wantsColor } from '../../color.js'
import type { CliContext } from '../../context.js'
import { METRICS_FILE_FLAG, withMetricsFile } from './metrics-file.js'
import { type ReportFlags, readReportOptions } from './report-options.js'

const GATED = 1

export function reportCommand(context: CliContext): Command {
  const command = new Command('report')
    .description('the retrospective: judges a run by its records, as report.json, report.md and report.html')
    .argument('[file...]', 'soak files, oldest first (default: that of the run)')
    .option('--out <dir>', 'where the report is written (default: report beside the soak file)')
  return addReportFlags(command).action(async (files: string[], _, self: Command) => {
    const flags = self.optsWithGlobals<ReportFlags>()
    const options = await readReportOptions(context, files, flags)
    const report = await createReport(options)
    const directory = resolve(flags.out ?? join(dirname(options.files.at(-1) ?? ''), defaultFolder(flags, options)))
    const written = await writeReport(directory, report)
    await leaveFigures(context, flags.metricsFile, report)
    if (flags.json) context.json(toResult(report, directory, written))
    else context.out(renderSummary(report, { color: wantsColor(context, flags), directory }))
    if (flags.gate && report.verdict !== 'PASS') context.exit(GATED)
  })
}

async function leaveFigures(context: CliContext, file: string | undefined, report: Report): Promise<void> {
  const open = report.findings.filter((finding) => !isAccounted(finding))
  await withMetricsFile(context, file, async (metrics) => {
    createReportMetrics(metrics).noteReport({ coverage: report.soak.coverage, open })
  })
}

/** A daily report has a folder of its own, named by its day: spec operations 7.1. */
function defaultFolder({ daily }: ReportFlags, { fromMs }: ReportOptions): string {
  return daily ? join('reports', new Date(fromMs ?? 0).toISOString().slice(0, 10)) : 'report'
}

function addReportFlags(command: Command): Command {
  return command
    .option('--from <time>', 'look only at polls from this time on, RFC 3339')
    .option('--to <time>', 'look only at polls before this time, RFC 3339')
    .option('--daily', 'the UTC day before that of the report, into reports/DATE')
    .option('--claims <file>', 'JSON list of claims, judged with those of the run document')
    .option('--thresholds <file>', 'bounds of the rules (default: those of this release)')
    .option('--digest <file...>', 'log digests of hosts, as `montana soak digest` makes them')
    .option('--evidence <file...>', 'test results, as `npm test -- --evidence FILE` writes them')
    .option('--earlier <file...>', 'earlier report.json files, whose verdicts are judged too')
    .option('--legacy', 'the files are of the old shape, torn lines included')
    .option('--legacy-snapshot <file>', 'transcription of the tables of an old report')
    .option('--legacy-start <time>', 'time of the first old record, with --legacy-interval')
    .option('--legacy-interval <duration>', 'distance of old records, with --legacy-start')
    .option('--generated-at <time>', 'time that the report states, RFC 3339 (default: now)')
    .option('--gate', 'exit 1 unless the verdict is PASS')
    .option(...METRICS_FILE_FLAG)
}

/** The report without its charts, and where the whole is. */
function toResult({ series: _series, ...report }: Report, reportDir: string, files: readonly WrittenFile[]) {
  return { ...report, reportDir, files }
}
