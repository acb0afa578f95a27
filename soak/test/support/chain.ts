import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type SoakRecord, soakRecordSchema } from '../../src/index.js'
import { scanSegment } from '../../src/journal/scan.js'
import { segmentPath } from '../../src/journal/segment-name.js'
import { type Segment, segmentsText } from '../../src/journal/segments.js'
import type { Answer } from '../../src/probe/probe.js'
import { statusSchema } from '../../src/probe/status-schema.js'
import { assembleRecord, recordLine } from '../../src/record/assemble.js'
import { sha256 } from './fixture.js'
import { statusDocument } from './status.js'

export const START_MS = Date.parse('2026-11-25T12:00:00.000Z')
export const INTERVAL_MS = 300_000
const LABELS = ['moscow', 'Франкфурт', 'helsinki', 'armenia']

/** Records of a four-node mesh as the poller makes them, chained; LF at each end. */
export function chainedLines(count: number, change: (record: SoakRecord) => object = () => ({})): string[] {
  const lines: string[] = []
  let prev = '0'.repeat(64)
  for (let seq = 0; seq < count; seq++) {
    const record = recordAt(seq, prev)
    const line = recordLine(soakRecordSchema.parse({ ...record, ...change(record) }))
    lines.push(line)
    prev = sha256(line.slice(0, -1))
  }
  return lines
}

function recordAt(seq: number, prev: string): SoakRecord {
  const startedAtMs = START_MS + seq * INTERVAL_MS
  const probes = LABELS.map((label) => answer(label, startedAtMs, 1000 + seq))
  return assembleRecord({
    position: { run_id: 'run', seq, slot: seq, prev, repaired_bytes: 0 },
    ...{ startedAtMs, monoMs: 1000 + seq * INTERVAL_MS, intervalMs: INTERVAL_MS },
    collector: {
      ...{ host: 'collector', build: null, boot_id: 'boot', disk_free: 1e10, inodes_free: 1e6 },
      config_sha256: 'ab'.repeat(32),
    },
    ...{ probes, commonHashes: new Map(), past: [] },
  })
}

function answer(label: string, atMs: number, window: number): Answer {
  const status = statusSchema.parse(statusDocument({ label, atMs: atMs + 5, window }))
  const times = { probeMs: 10, sentAtMs: atMs, receivedAtMs: atMs + 10 }
  return { label, host: label, reachable: true, unit: null, status, ...times }
}

/** Writes the lines, and the head that acknowledges the last of them. */
export function writeSoakFile(path: string, lines: readonly string[]): void {
  writeFileSync(path, lines.join(''))
  writeFileSync(path.replace(/\.jsonl$/, '.head.json'), headFor(lines))
}

export function headFor(lines: readonly string[]): string {
  const last = lines.at(-1) ?? ''
  const { run_id, seq } = JSON.parse(last) as SoakRecord
  const bytes = Buffer.byteLength(lines.join(''))
  return JSON.stringify({ run_id, seq, bytes, sha256: sha256(last.slice(0, -1)) })
}

/** The same lines, so many to a file, as rotation leaves them. Returns the paths in order, the soak file last. */
export async function writeRotated(log: string, lines: readonly string[], perFile: number): Promise<string[]> {
  const paths: string[] = []
  const segments: (Segment | undefined)[] = []
  for (let first = 0; first + perFile < lines.length; first += perFile) {
    const path = segmentPath(log, START_MS + first * INTERVAL_MS, first)
    writeFileSync(path, lines.slice(first, first + perFile).join(''))
    segments.push(await scanSegment(path))
    paths.push(path)
  }
  writeSoakFile(log, lines.slice(paths.length * perFile))
  const entries = segments.filter((segment) => segment !== undefined)
  writeFileSync(join(dirname(log), 'soak.segments.json'), segmentsText(entries))
  return [...paths, log]
}
