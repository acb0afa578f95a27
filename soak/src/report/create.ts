import { basename } from 'node:path'
import { createLegacyReport } from '../legacy/report.js'
import { type LoadedThresholds, loadThresholds } from '../thresholds/load.js'
import { buildReport } from './build.js'
import { assembleRun } from './inputs/assemble.js'
import { fileFacts } from './inputs/hash.js'
import { type ReadRecords, readRecords } from './inputs/records.js'
import type { NamedInput, ReportOptions } from './options.js'
import type { Report } from './schema.js'

/** Reads the inputs and judges them. Throws {@link ConfigError} for an input that is missing or broken. */
export async function createReport(options: ReportOptions): Promise<Report> {
  if (options.legacy) return await createLegacyReport(options, options.legacy)
  const thresholds = await loadThresholds(options.thresholdsFile)
  const records = await readRecords(options.files, options)
  const { data, configSha256, inputs, unknown, undeclared } = await assembleRun(options, records, thresholds)
  return buildReport({
    ...{ data, thresholds, tests: options.tests ?? [], unknown, undeclared, configSha256 },
    inputs: await inputsOf(options, records, thresholds, inputs),
    generatedAt: options.generatedAt,
    orchestrator: records.collector.last?.collector.host ?? 'unknown',
    reproduction: { command: options.command, build: options.build },
  })
}

async function inputsOf(
  { otherInputs = [] }: ReportOptions,
  { collector, paths }: ReadRecords,
  thresholds: LoadedThresholds,
  runInputs: readonly NamedInput[],
): Promise<Report['inputs']> {
  const soak = paths.map((path): NamedInput => ({ kind: 'soak', path }))
  const named = [...soak, ...runInputs, ...otherInputs, { kind: 'thresholds', path: thresholds.file } as const]
  const span = { from: collector.first?.ts ?? null, to: collector.last?.ts ?? null }
  return await Promise.all(
    named.map(async ({ kind, path }) => {
      const times = kind === 'soak' ? span : { from: null, to: null }
      return { kind, file: basename(path), ...(await fileFacts(path)), ...times }
    }),
  )
}
