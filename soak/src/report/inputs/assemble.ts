import { basename } from 'node:path'
import { qualityOf } from '../../analysis/quality.js'
import type { Defect, Drill, PriorPass, RunData } from '../../analysis/run-data.js'
import { msOf } from '../../analysis/times.js'
import { readDrillEvents } from '../../run/read.js'
import type { RunDocument } from '../../run/schema.js'
import type { LoadedThresholds } from '../../thresholds/load.js'
import type { NamedInput, ReportOptions } from '../options.js'
import type { Report } from '../schema.js'
import type { ReadRecords } from './records.js'
import { happenedOf, type LoadedRun, loadRun, undeclaredRun } from './run.js'

export interface AssembledRun {
  readonly data: RunData
  readonly configSha256: string | null
  /** Files beside the records that were read. */
  readonly inputs: readonly NamedInput[]
  readonly unknown: readonly string[]
  /** Why no row can rest on the run, in words: what decides the verdict was not fixed before it. */
  readonly undeclared: readonly string[]
}

/** Records, run document and drills as the rules want them. Throws {@link ConfigError} for a broken document. */
export async function assembleRun(
  options: ReportOptions,
  records: ReadRecords,
  loaded: LoadedThresholds,
): Promise<AssembledRun> {
  const soakPath = options.files.at(-1) ?? ''
  const reference = { version: loaded.thresholds.version, sha256: loaded.sha256 }
  const declared = await loadRun(soakPath)
  const document = declared?.run ?? undeclaredRun(records.collector.first, reference)
  const stored = await readDrillEvents(soakPath)
  const happened = happenedOf(document, stored.events)
  const drills = happened.filter((drill) => isInTime(drill, options))
  const elsewhere = happened.filter((drill) => !drills.includes(drill))
  const run = judgedBy(document, options, elsewhere)
  const inputs: NamedInput[] = declared ? [{ kind: 'run', path: declared.path }] : []
  if (happened.length > 0) inputs.push({ kind: 'drills', path: stored.path })
  const changed = [...mixedRuns(soakPath, records), ...(declared ? changedDocument(declared, records) : [])]
  const data = { ...dataOf(options, withDefects(records, changed), run), drills }
  const open = undeclared(declared?.run, reference)
  const unknown = [
    ...open,
    ...lateClaims(options),
    ...otherDrills(elsewhere),
    ...badDrills(stored.bad),
    ...records.remarks,
  ]
  return { data, configSha256: declared?.sha256 ?? null, inputs, unknown, undeclared: open }
}

/** What is said after the run is judged with what was said before; it takes nothing back, and declares nothing absent. */
function judgedBy(document: RunDocument, { claims = [] }: ReportOptions, elsewhere: readonly Drill[]): RunDocument {
  const ids = new Set(elsewhere.map(({ id }) => id))
  const drills = document.drills.filter(({ id }) => !ids.has(id))
  return { ...document, drills, claims: [...document.claims, ...claims.filter(({ state }) => state === 'claimed')] }
}

/** A drill of another time is neither to be noticed in this one, nor excuses anything in it. */
function isInTime(drill: Drill, { fromMs, toMs }: ReportOptions): boolean {
  return drill.fromMs < (toMs ?? Number.POSITIVE_INFINITY) && (drill.toMs ?? fromMs ?? 0) >= (fromMs ?? 0)
}

function otherDrills(drills: readonly Drill[]): string[] {
  const ids = drills.map(({ id }) => id).join(', ')
  return ids === '' ? [] : [`Drills outside of the time that was asked for: ${ids}.`]
}

/** A report is of one run: two of them have neither one schedule nor one declaration. */
function mixedRuns(path: string, { collector }: ReadRecords): Defect[] {
  return collector.runs.size > 1 ? [{ file: basename(path), line: null, seq: null, kind: 'run_mixed' }] : []
}

/** Every record names the document that it was made under; one that was edited later declares nothing. */
function changedDocument({ run, path, sha256 }: LoadedRun, { collector }: ReadRecords): Defect[] {
  const isSame =
    [...collector.configs].every((config) => config === sha256) && [...collector.runs].every((id) => id === run.run_id)
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
    ...{ run, drills: [], polls: collector.polls, nodes: nodesOf(run, collector), digests: options.digests ?? [] },
    fromMs: options.fromMs ?? slots[0]?.tsMs ?? null,
    toMs: options.toMs ?? slots.at(-1)?.tsMs ?? null,
    quality: qualityOf(slots, run.interval_ms, records.lines, options),
    priorPasses: priorPasses(options.earlier ?? []),
  }
}

function nodesOf({ nodes }: RunDocument, collector: ReadRecords['collector']) {
  return collector.nodes(nodes.map(({ label }) => label))
}

/** Whatever an earlier report of the same run called good. */
export function priorPasses(earlier: readonly Report[]): PriorPass[] {
  return earlier
    .filter(({ verdict }) => verdict === 'PASS')
    .map(({ closing, date, run_id, span }) => ({
      ...{ text: closing, evidence: `doc:report-${run_id ?? 'none'}@${date}` },
      ...{ fromMs: msOf(span.from), toMs: msOf(span.to) },
    }))
}

function lateClaims({ claims }: ReportOptions): string[] {
  return claims ? ['Claims were given with the report, not declared before the run; they take nothing back.'] : []
}

function undeclared(run: RunDocument | undefined, { version, sha256 }: RunDocument['thresholds']): string[] {
  if (!run)
    return [
      'Thresholds, claims and drills were not declared before the run: there is no run document beside its records.',
    ]
  const isOther = run.thresholds.sha256 !== sha256
  return isOther ? [`Judged by other thresholds (${version}) than the run declared (${run.thresholds.version}).`] : []
}

function badDrills(count: number): string[] {
  return count === 0 ? [] : [`${count} lines of the drill file are no events.`]
}
