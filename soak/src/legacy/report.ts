import { basename } from 'node:path'
import { UsageError } from '@montana/foundation'
import type { RunData } from '../analysis/run-data.js'
import { buildReport } from '../report/build.js'
import { priorPasses } from '../report/inputs/assemble.js'
import { fileFacts } from '../report/inputs/hash.js'
import type { ReportOptions } from '../report/options.js'
import type { Report } from '../report/schema.js'
import { type LoadedThresholds, loadThresholds } from '../thresholds/load.js'
import type { LegacyClock, LegacyOptions } from './options.js'
import { type LegacyRead, readLegacy } from './read.js'
import type { ReportInput } from './scan.js'
import { snapshotToRunData } from './snapshot.js'
import { loadSnapshot } from './snapshot-schema.js'

/** What `--legacy` and its companions say. */
export interface LegacyInputs {
  /** A transcription in the form `montana.snapshot/1`. */
  readonly snapshotFile?: string | undefined
  readonly clock?: LegacyClock | undefined
}

/** Judges old files like any other run, and says what they could not tell. Throws {@link ConfigError}, and {@link UsageError} for bounds of time. */
export async function createLegacyReport(
  options: ReportOptions,
  { snapshotFile, clock }: LegacyInputs,
): Promise<Report> {
  refuseBounds(options)
  const loaded = await loadThresholds(options.thresholdsFile)
  const thresholds = { version: loaded.thresholds.version, sha256: loaded.sha256 }
  const { claims, generatedAt } = options
  const reading = { thresholds, claims, clock, judgedAtMs: Date.parse(generatedAt) }
  const legacy = options.files.length === 0 ? undefined : await readLegacy(options.files, reading)
  const { data, unknown, inputs, orchestrator } = snapshotFile
    ? await withSnapshot(snapshotFile, reading, legacy)
    : { ...(legacy ?? (await readLegacy([], reading))), orchestrator: 'unknown' }
  return buildReport({
    data: withOthers(data, options),
    ...{ thresholds: loaded, tests: options.tests ?? [], unknown, configSha256: null },
    inputs: [...inputs, ...(await otherInputs(options, loaded))],
    ...{ generatedAt, orchestrator },
    reproduction: { command: options.command, build: options.build },
  })
}

async function withSnapshot(file: string, options: LegacyOptions, legacy: LegacyRead | undefined) {
  const { snapshot, input } = await loadSnapshot(file)
  const { data, unknown } = snapshotToRunData(snapshot, options, legacy)
  return { data, unknown, inputs: [...(legacy?.inputs ?? []), input], orchestrator: snapshot.orchestrator }
}

/** Old records have no times, or such as somebody vouches for: a part of them cannot be chosen by time. */
function refuseBounds({ fromMs, toMs }: ReportOptions): void {
  if (fromMs === undefined && toMs === undefined) return
  const remedy = 'leave --from, --to and --daily away'
  throw new UsageError('old files are judged as a whole', { field: 'legacy', remedy })
}

/** Claims of the user stand for those of the text; nothing is declared absent after a run. */
function withOthers(data: RunData, { claims, digests = [], earlier = [] }: ReportOptions): RunData {
  const claimed = claims?.filter(({ state }) => state === 'claimed')
  const run = claimed ? { ...data.run, claims: claimed } : data.run
  const passes = [...data.priorPasses, ...priorPasses(earlier)]
  return { ...data, run, digests: [...data.digests, ...digests], priorPasses: passes }
}

async function otherInputs(options: ReportOptions, { file }: LoadedThresholds): Promise<ReportInput[]> {
  const named = [...(options.otherInputs ?? []), { kind: 'thresholds' as const, path: file }]
  return await Promise.all(
    named.map(async ({ kind, path }) => {
      return { kind, file: basename(path), ...(await fileFacts(path)), from: null, to: null }
    }),
  )
}
