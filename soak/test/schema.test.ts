import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { soakRecordJsonSchema, soakRecordSchema } from '../src/index.js'
import type { Probe } from '../src/probe/probe.js'
import { statusSchema } from '../src/probe/status-schema.js'
import { assembleRecord, recordLine } from '../src/record/assemble.js'
import { hashesAt } from '../src/record/heights.js'
import { OTHER_INSTANCE, statusDocument } from './support/status.js'

// Formats are checked by the patterns beside them.
const validate = new Ajv2020({ validateFormats: false }).compile(soakRecordJsonSchema())

/** The order of spec operations 3.3. */
const RECORD_KEYS = [
  ...['schema', 'run_id', 'seq', 'slot', 'ts', 'mono_ms', 'interval_ms', 'late', 'repaired_bytes', 'collector'],
  ...['prev', 'head', 'common_window', 'skew_ms', 'nodes'],
]
const NODE_KEYS = [
  ...['label', 'host', 'reachable', 'error', 'probe_ms', 'sampled_at', 'clock_offset_ms', 'clock_error_ms', 'time'],
  ...['build', 'manifest', 'roster', 'proc', 'phase', 'window', 'header_hash', 'state_root', 'common', 'lag', 'D'],
  ...['clock', 'peers', 'proposals', 'res', 'jobs', 'degraded', 'active', 'hb_5m', 'err_5m', 'closed_5m', 'span_s'],
  'span_reason',
]

const COLLECTOR = {
  ...{ host: 'collector', build: null, boot_id: null, disk_free: null, inodes_free: null },
  config_sha256: 'c'.repeat(64),
}
const POSITION = { run_id: 'r', seq: 0, slot: 0, prev: '0'.repeat(64), repaired_bytes: 0 }

const wallMs = fc.integer({ min: 0, max: 4_000_000_000_000 })
const counter = fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER / 4).map(Math.floor))
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('\n', '\u2028', '\u0085', '"', '\ud800', 'Ереван\r\n'),
)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const anyStatus = fc
  .record({
    atMs: wallMs,
    window: fc.nat({ max: 2 ** 40 }),
    recent: fc.nat({ max: 5 }),
    pingOk: counter,
    dialErr: counter,
    windowMs: fc.integer({ min: 0, max: 5000 }),
  })
  .chain((init) =>
    fc.record({
      init: fc.constant(init),
      phase: anyText,
      degraded: maybe(fc.array(anyText, { maxLength: 3 })),
      peerLabel: anyText,
      load1: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
      groups: fc.subarray(['build', 'manifest', 'clock', 'proposals', 'jobs', 'res', 'time', 'degraded'] as const),
    }),
  )
  .map(({ init, phase, degraded, peerLabel, load1, groups }) => {
    const document = statusDocument({ ...init, atMs: Math.max(init.atMs, 100_000) })
    const [peer] = document.peers
    const full = {
      ...document,
      phase,
      degraded,
      res: { ...document.res, load1 },
      peers: [{ ...peer, label: peerLabel }],
    }
    return statusSchema.parse(
      Object.fromEntries(Object.entries(full).filter(([key]) => !groups.some((g) => g === key))),
    )
  })

const anyUnit = maybe(
  fc.record({ ActiveState: anyText, NRestarts: maybe(counter), Result: maybe(anyText), start: fc.constant(null) }),
)

const anyProbe = (label: string): fc.Arbitrary<Probe> =>
  fc.oneof(
    fc
      .record({
        status: anyStatus,
        sentAtMs: wallMs,
        rttMs: fc.double({ min: 0, max: 10_000, noNaN: true }),
        unit: anyUnit,
      })
      .map(({ status, sentAtMs, rttMs, unit }) => ({
        ...{ reachable: true as const, label, host: label, probeMs: rttMs, unit, sentAtMs, status },
        receivedAtMs: sentAtMs + rttMs,
      })),
    fc.record({ error: fc.record({ code: anyText, text: anyText }), unit: anyUnit }).map((rest) => ({
      ...{ reachable: false as const, label, host: label, probeMs: 1.5, ...rest },
    })),
  )

const anyPoll = fc
  .uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 })
  .chain((labels) =>
    fc.record({ probes: fc.tuple(...labels.map(anyProbe)), startedAtMs: wallMs, hasCommon: fc.boolean() }),
  )

describe('montana.soak/1', () => {
  it('every poll gives one line, valid by both schemas, keys in the order of the specification', () => {
    fc.assert(
      fc.property(anyPoll, ({ probes, startedAtMs, hasCommon }) => {
        const common = probes.flatMap((p) =>
          p.reachable && hasCommon ? [[p.label, hashesAt(p.status, p.status.window)] as const] : [],
        )
        const commonHashes = new Map(common.flatMap(([label, hashes]) => (hashes ? [[label, hashes] as const] : [])))
        const times = { startedAtMs, monoMs: 12.3456789, intervalMs: 300_000 }
        const record = assembleRecord({
          position: POSITION,
          ...times,
          collector: COLLECTOR,
          probes,
          commonHashes,
          past: [],
        })
        const line = recordLine(record)
        expect(line.match(/[\n\r\u0085\u2028\u2029]/g)).toEqual(['\n'])
        const parsed: unknown = JSON.parse(line)
        expect(soakRecordSchema.parse(parsed)).toEqual(parsed)
        expect(validate(parsed), JSON.stringify(validate.errors)).toBe(true)
        expect(Object.keys(record)).toEqual(RECORD_KEYS)
        for (const node of record.nodes) expect(Object.keys(node)).toEqual(NODE_KEYS)
        // What was not measured is null, never a number.
        for (const node of record.nodes.filter(({ reachable }) => !reachable)) {
          const { label, host, reachable, error, probe_ms, common: hashes, active, span_reason, ...rest } = node
          expect(Object.values(rest).every((value) => value === null)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('both schemas refuse a key too many, a key too few and a wrong type, at every level', () => {
    const status = statusSchema.parse(statusDocument())
    const probe = {
      ...{ reachable: true as const, label: 'a', host: 'a', probeMs: 1, unit: null },
      ...{ sentAtMs: 0, receivedAtMs: 1, status },
    }
    const input = { position: POSITION, startedAtMs: 0, monoMs: 1, intervalMs: 1000, collector: COLLECTOR, past: [] }
    const good = assembleRecord({ ...input, probes: [probe], commonHashes: new Map() })
    expect(validate(good)).toBe(true)
    for (const path of objectPaths(good)) {
      for (const change of [withExtra, withoutFirst, withWrongFirst]) {
        const bad = structuredClone(good)
        change(at(bad, path))
        const where = `${change.name} ${path.join('.')}`
        expect(soakRecordSchema.safeParse(bad).success, where).toBe(false)
        expect(validate(bad), where).toBe(false)
      }
    }
  })

  it('a four-node record is about as long as the specification says', () => {
    const probes = ['moscow', 'frankfurt', 'helsinki', 'armenia'].map((label) => {
      const status = statusSchema.parse(statusDocument({ label, instance: OTHER_INSTANCE, recent: 256, window: 1000 }))
      const common = { reachable: true as const, label, host: label, probeMs: 1.234, unit: null }
      return { ...common, sentAtMs: 0, receivedAtMs: 1, status }
    })
    const input = { position: POSITION, startedAtMs: 0, monoMs: 1, intervalMs: 1000, collector: COLLECTOR, past: [] }
    const line = recordLine(assembleRecord({ ...input, probes, commonHashes: new Map() }))
    expect(line.length).toBeGreaterThan(5_000)
    expect(line.length).toBeLessThan(12_000)
  })
})

type Json = Record<string, unknown>

function objectPaths(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).flatMap(([key, item]) => objectPaths(item, [...path, key]))
  return Array.isArray(value) ? inner : [path, ...inner]
}

function at(value: unknown, path: string[]): Json {
  return path.reduce((node, key) => (node as Json)[key], value) as Json
}

function withExtra(object: Json): void {
  object.surplus = 1
}

function withoutFirst(object: Json): void {
  delete object[Object.keys(object)[0] ?? '']
}

function withWrongFirst(object: Json): void {
  object[Object.keys(object)[0] ?? ''] = { wrong: true }
}
