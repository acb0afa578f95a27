import { basename } from 'node:path'
import { qualityOf } from '../../analysis/quality.js'
import type { Defect, PriorPass, RunData } from '../../analysis/run-data.js'
import type { RunDocument } from '../../run/schema.js'
import type { LoadedThresholds } from '../../thresholds/load.js'
import type { NamedInput, ReportOptions } from '../options.js'
import type { Report } from '../schema.js'
import type { ReadRecords } from './records.js'
import { loadDrills, loadRun, undeclaredRun } from './run.js'

export interface AssembledRun {
  readonly data: RunData
  readonly configSha256: string | null
  /** Files beside the records that were read. */
  readonly inputs: readonly NamedInput[]
  readonly unknown: readonly string[]
}

/** Records, run document and drills as the rules want them. Throws {@link ConfigError} for a broken document. */
export async function assembleRun(
  options: ReportOptions,
  records: ReadRecords,
  loaded: LoadedThresholds,
): Promise<AssembledRun> {
  const stem = (options.files.at(-1) ?? '').replace(/\.jsonl$/, '')
  const reference = { version: loaded.thresholds.version, sha256: loaded.sha256 }
  const declared = await loadRun(`${stem}.run.json`)
  const document = declared?.run ?? undeclaredRun(records.collector.first, reference)
  const run = options.claims ? { ...document, claims: [...options.claims] } : document
  const { drills, bad } = await loadDrills(`${stem}.drills.jsonl`, run)
  const inputs: NamedInput[] = declared ? [{ kind: 'run', path: `${stem}.run.json` }] : []
  if (drills.length > 0) inputs.push({ kind: 'drills', path: `${stem}.drills.jsonl` })
  const changed = declared ? changedDocument(`${stem}.run.json`, declared.sha256, records) : []
  const data = { ...dataOf(options, withDefects(records, changed), run), drills }
  const unknown = [...undeclared(declared?.run, options, reference), ...badDrills(bad)]
  return { data, configSha256: declared?.sha256 ?? null, inputs, unknown }
}

/** Every record names the document that it was made under; one that was edited later declares nothing. */
function changedDocument(path: string, sha256: string | null, { collector }: ReadRecords): Defect[] {
  const isSame = [...collector.configs].every((config) => config === sha256)
  return isSame ? [] : [{ file: basename(path), line: null, seq: null, kind: 'run_changed' }]
}

function withDefects(records: ReadRecords, found: readonly Defect[]): ReadRecords {
  const { lines } = records
  return { ...records, lines: { ...lines, defects: [...lines.defects, ...found] } }
}

function dataOf(options: ReportOptions, records: ReadRecords, run: RunDocument): RunData {
  const { collector } = records
  const { slots } = collector
  return {
    ...{ run, drills: [], polls: collector.polls, nodes: collector.nodes(), digests: options.digests ?? [] },
    fromMs: options.fromMs ?? slots[0]?.tsMs ?? null,
    toMs: options.toMs ?? slots.at(-1)?.tsMs ?? null,
    quality: qualityOf(slots, run.interval_ms, records.lines, options),
    priorPasses: priorPasses(options.earlier ?? []),
  }
}

/** Whatever an earlier report of the same run called good. */
export function priorPasses(earlier: readonly Report[]): PriorPass[] {
  return earlier
    .filter(({ verdict }) => verdict === 'PASS')
    .map(({ closing, date, run_id }) => ({ text: closing, evidence: `doc:report-${run_id ?? 'none'}@${date}` }))
}

function undeclared(
  run: RunDocument | undefined,
  { claims }: ReportOptions,
  { version, sha256 }: RunDocument['thresholds'],
): string[] {
  if (!run)
    return [
      'Thresholds, claims and drills were not declared before the run: there is no run document beside its records.',
    ]
  const isOther = run.thresholds.sha256 !== sha256
  return [
    ...(isOther ? [`Judged by other thresholds (${version}) than the run declared (${run.thresholds.version}).`] : []),
    ...(claims ? ['The claims were given with the report, not declared before the run.'] : []),
  ]
}

function badDrills(count: number): string[] {
  return count === 0 ? [] : [`${count} lines of the drill file are no events.`]
}
