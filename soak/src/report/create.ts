import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { qualityOf } from '../analysis/quality.js'
import type { RunData } from '../analysis/run-data.js'
import type { Digest } from '../digest/schema.js'
import { createLegacyReport, type LegacyInputs } from '../legacy/report.js'
import type { Claim } from '../run/schema.js'
import { type LoadedThresholds, loadThresholds } from '../thresholds/load.js'
import type { TestResult } from '../verdict/rows/types.js'
import { buildReport } from './build.js'
import { fileFacts } from './inputs/hash.js'
import { type ReadRecords, readRecords } from './inputs/records.js'
import { loadDrills, loadRun, undeclaredRun } from './inputs/run.js'
import type { Report } from './schema.js'

export interface ReportOptions {
  /** Segments first, the file that is written to last. */
  readonly files: readonly string[]
  /** RFC 3339 UTC with milliseconds. */
  readonly generatedAt: string
  readonly command: string
  readonly build: string
  readonly thresholdsFile?: string | undefined
  /** Bounds of the time that is looked at, ms since the epoch. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  readonly claims?: readonly Claim[] | undefined
  /** Given: the files are of the seed's shape, or there is but a transcription. */
  readonly legacy?: LegacyInputs | undefined
  readonly digests?: readonly Digest[] | undefined
  readonly tests?: readonly TestResult[] | undefined
  /** Files that `claims`, `digests` and `tests` came from, to be named with their hashes. */
  readonly otherInputs?:
    | readonly { readonly kind: Report['inputs'][number]['kind']; readonly path: string }[]
    | undefined
}

/** Reads the inputs and judges them. Throws {@link ConfigError} for an input that is missing or broken. */
export async function createReport(options: ReportOptions): Promise<Report> {
  for (const file of options.files) await mustExist(file)
  if (options.legacy) return await createLegacyReport(options, options.legacy)
  const thresholds = await loadThresholds(options.thresholdsFile)
  const records = await readRecords(options.files)
  const { data, configSha256, runInputs } = await toRunData(options, records, thresholds)
  return buildReport({
    ...{ data, thresholds, tests: options.tests ?? [], unknown: [], configSha256 },
    inputs: await inputsOf(options, records, thresholds, runInputs),
    generatedAt: options.generatedAt,
    orchestrator: records.collector.last?.collector.host ?? 'unknown',
    reproduction: { command: options.command, build: options.build },
  })
}

async function mustExist(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile()) return
  throw new ConfigError(`file ${file} does not exist`, { field: 'file', remedy: 'name a soak file' })
}

type RunInput = { kind: Report['inputs'][number]['kind']; path: string }

async function toRunData(options: ReportOptions, records: ReadRecords, { thresholds, sha256 }: LoadedThresholds) {
  const main = options.files.at(-1) ?? ''
  const stem = main.replace(/\.jsonl$/, '')
  const loaded = await loadRun(`${stem}.run.json`)
  const declared = loaded?.run ?? undeclaredRun(records.collector.first, { version: thresholds.version, sha256 })
  const run = options.claims ? { ...declared, claims: [...options.claims] } : declared
  const { drills } = await loadDrills(`${stem}.drills.jsonl`, run)
  const { collector } = records
  const first = collector.slots[0]
  const last = collector.slots.at(-1)
  const data: RunData = {
    ...{
      run,
      drills,
      polls: collector.polls,
      nodes: collector.nodes(),
      digests: options.digests ?? [],
      priorPasses: [],
    },
    fromMs: first?.tsMs ?? null,
    toMs: last?.tsMs ?? null,
    quality: qualityOf(collector.slots, run.interval_ms, { ...records, lastSeq: collector.last?.seq ?? null }),
  }
  const runInputs: RunInput[] = loaded ? [{ kind: 'run', path: `${stem}.run.json` }] : []
  if (drills.length > 0) runInputs.push({ kind: 'drills', path: `${stem}.drills.jsonl` })
  return { data, configSha256: loaded?.sha256 ?? null, runInputs }
}

async function inputsOf(
  options: ReportOptions,
  { collector }: ReadRecords,
  thresholds: LoadedThresholds,
  runInputs: readonly RunInput[],
): Promise<Report['inputs']> {
  const named: RunInput[] = [
    ...options.files.map((path): RunInput => ({ kind: 'soak', path })),
    ...runInputs,
    ...(options.otherInputs ?? []),
    { kind: 'thresholds', path: thresholds.file },
  ]
  const from = collector.first?.ts ?? null
  const to = collector.last?.ts ?? null
  return await Promise.all(
    named.map(async ({ kind, path }) => {
      const span = kind === 'soak' ? { from, to } : { from: null, to: null }
      return { kind, file: basename(path), ...(await fileFacts(path)), ...span }
    }),
  )
}
