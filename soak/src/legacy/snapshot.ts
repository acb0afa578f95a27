import type { Interval, NodeData, PriorPass, RunData, Sample } from '../analysis/run-data.js'
import { PROBE_DEADLINE_MAX_MS } from '../constants.js'
import type { Component } from '../run/components.js'
import type { Claim, RunDocument } from '../run/schema.js'
import { counterOfCell } from './doubled.js'
import { digestsOfSnapshot } from './error-lines.js'
import { intervalOf } from './interval.js'
import { type Moment, momentsOf, pollOfMoment, sampleOfMoment } from './moments.js'
import { countersOf } from './nodes.js'
import type { LegacyOptions } from './options.js'
import { qualityOf } from './quality.js'
import type { LegacyRead } from './read.js'
import { salvagedNodes } from './salvage.js'
import { blankSample } from './sample.js'
import type { Snapshot } from './snapshot-schema.js'
import { unknownOfRecords, unknownOfSnapshot } from './unknown.js'

/**
 * A transcription of tables as the rules see it (spec operations 3.8), behind the records of the soak file where that is
 * at hand: two moments, counts over the claimed hour, error lines, claims. Pure.
 */
export function snapshotToRunData(
  snapshot: Snapshot,
  options: Pick<LegacyOptions, 'thresholds' | 'clock'>,
  legacy?: LegacyRead,
): { data: RunData; unknown: string[] } {
  const earlier = legacy?.data
  const run = runDocument(snapshot, options, earlier?.run)
  const moments = momentsOf(snapshot, earlier?.polls.length ?? 0)
  const takenAtMs = Date.parse(snapshot.taken_at)
  const data: RunData = {
    ...{ run, drills: [], priorPasses: priorPassesOf(snapshot) },
    fromMs: Math.min(takenAtMs - snapshot.heartbeats.window_s * 1000, earlier?.fromMs ?? takenAtMs),
    toMs: takenAtMs,
    polls: [...(earlier?.polls ?? []), ...moments.map(pollOfMoment)],
    nodes: run.nodes.map(({ label }) => nodeOf(label, snapshot, moments, earlier)),
    digests: digestsOfSnapshot(snapshot),
    quality: qualityOfRead(earlier, run),
  }
  const records = earlier && { polls: earlier.polls, quality: data.quality }
  return { data, unknown: unknownOfSnapshot(snapshot, records && unknownOfRecords(records, options.clock)) }
}

function runDocument(
  snapshot: Snapshot,
  { thresholds }: Pick<LegacyOptions, 'thresholds'>,
  earlier: RunDocument | undefined,
): RunDocument {
  const { taken_at, soak, state, orchestrator } = snapshot
  const hosts = new Map(earlier?.nodes.map(({ label, host }) => [label, host]))
  return {
    schema: 'montana.run/1',
    run_id: `snapshot-${taken_at.replaceAll(/[-:]|\.\d+/g, '')}`,
    created_at: taken_at,
    interval_ms: soak.interval_s * 1000,
    deadline_ms: PROBE_DEADLINE_MAX_MS,
    time_scale: 1,
    nodes: state.map(({ label }) => ({ label, host: hosts.get(label) ?? label })),
    collector_node: orchestrator,
    pq_only: snapshot.pq_only,
    thresholds,
    claims: claimsOf(snapshot),
    drills: [],
  }
}

/** The rows of the verdict, and what the text says of spans of time. */
function claimsOf({ verdict, soak, heartbeats }: Snapshot): Claim[] {
  const claimed = (component: Component, claim: string, span_s: number | null): Claim => {
    return { component, state: 'claimed', claim, span_s }
  }
  return [
    ...verdict.rows.flatMap(({ row, state }) => (row === null ? [] : [claimed(row, state, null)])),
    claimed('Soak watchdog', soak.claim, soak.claimed_span_s),
    claimed('Noise_PQ XX transport', heartbeats.claim, heartbeats.window_s),
  ]
}

/** Words with which the seed calls a component good. */
const PRAISE = /\b(?:live|active|closed|verified)\b/i

function priorPassesOf({ verdict, taken_at }: Snapshot): PriorPass[] {
  const evidence = `doc:snapshot@${taken_at}`
  const rows = verdict.rows.filter(({ state }) => PRAISE.test(state))
  const passes = rows.map(({ component, state }) => ({ text: `${component}: ${state}`, evidence }))
  return [...passes, { text: verdict.closing, evidence }]
}

function nodeOf(label: string, snapshot: Snapshot, moments: readonly Moment[], earlier?: RunData): NodeData {
  const before = earlier?.nodes.find((node) => node.label === label)
  const absent = (earlier?.polls ?? []).map(({ seq, tsMs }): Sample => {
    return { ...blankSample(seq, tsMs), error: 'not in the record' }
  })
  return {
    label,
    samples: [...(before?.samples ?? absent), ...moments.map((moment) => sampleOfMoment(label, moment, snapshot))],
    intervals: trusted(hourOf(label, snapshot, moments), lastPollOf(label, snapshot, moments)),
  }
}

/**
 * A part that counts more than the whole makes both untrusted (spec operations 4, Q8); one that does not is in the whole
 * already.
 */
function trusted(whole: Interval | undefined, part: Interval | undefined): Interval[] {
  if (whole === undefined || part === undefined) return whole ? [whole] : []
  return part.ok > whole.ok ? [whole, part].map((interval) => ({ ...interval, isTrusted: false })) : [whole]
}

/** The counts of section 2. */
function hourOf(label: string, { heartbeats, state }: Snapshot, moments: readonly Moment[]): Interval | undefined {
  const row = heartbeats.rows.find((candidate) => candidate.label === label)
  if (!row) return undefined
  const counters = {
    ok: counterOfCell(row.ok),
    dialErr: counterOfCell(row.errors),
    closed: counterOfCell(row.closed),
  }
  return intervalOf(counters, spanOf(heartbeats.window_s, moments), state.length - 1)
}

/** The counts of the last poll, as far as the printed lines still hold the node. */
function lastPollOf(label: string, { soak, state }: Snapshot, moments: readonly Moment[]): Interval | undefined {
  const node = salvagedNodes(soak.last_lines).find((candidate) => candidate.label === label)
  return node && intervalOf(countersOf(node), spanOf(soak.interval_s, moments), state.length - 1)
}

function spanOf(seconds: number, moments: readonly Moment[]) {
  const [first, last] = [moments.at(0), moments.at(-1)]
  return { fromSeq: first?.seq ?? 0, toSeq: last?.seq ?? 0, toMs: last?.tsMs ?? null, seconds }
}

/** Of the soak file where it is at hand; without it nothing but the claim is known. */
function qualityOfRead(earlier: RunData | undefined, { claims, interval_ms }: RunDocument): RunData['quality'] {
  const { corrupt = 0, repaired = 0, defects = [] } = earlier?.quality ?? {}
  const counts = qualityOf([], { corrupt, repaired, defects }, claims, interval_ms)
  const valid = earlier?.quality.valid ?? 0
  const { expected } = counts
  if (!earlier || expected === null) return { ...counts, valid }
  return {
    ...{ ...earlier.quality, expected },
    ...{ missing: Math.max(0, expected - valid), coverage: Math.min(1, valid / expected) },
  }
}
