import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { statusSchema } from '../../../../soak/dist/probe/status-schema.js'
import { assembleRecord, recordLine } from '../../../../soak/dist/record/assemble.js'
import { STATUS } from './mirror.js'

const START_MS = Date.parse('2026-05-01T12:00:00.000Z')
const INTERVAL_MS = 300_000
const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', 'soak', 'test', 'fixtures', 'founding')

/** Chained lines as the poller writes them. */
export function chain(count: number): Uint8Array {
  const lines: string[] = []
  let prev = '0'.repeat(64)
  for (let seq = 0; seq < count; seq++) {
    const line = lineAt(seq, prev)
    prev = createHash('sha256').update(line.slice(0, -1)).digest('hex')
    lines.push(line)
  }
  return Buffer.from(lines.join(''))
}

function lineAt(seq: number, prev: string): string {
  const startedAtMs = START_MS + seq * INTERVAL_MS
  const status = statusSchema.parse({ ...STATUS, sampled_at: new Date(startedAtMs + 5).toISOString() })
  const times = { probeMs: 10, sentAtMs: startedAtMs, receivedAtMs: startedAtMs + 10 }
  const record = assembleRecord({
    position: { run_id: 'run', seq, slot: seq, prev, repaired_bytes: 0 },
    ...{ startedAtMs, monoMs: 1000 + seq * INTERVAL_MS, intervalMs: INTERVAL_MS },
    collector: {
      ...{ host: 'collector', build: null, boot_id: 'boot', disk_free: 1e10, inodes_free: 1e6 },
      config_sha256: 'ab'.repeat(32),
    },
    probes: [{ label: 'moscow', host: 'moscow', reachable: true, unit: null, status, ...times }],
    ...{ commonHashes: new Map(), past: [] },
  })
  return recordLine(record)
}

/** Makes each `prev` the hash of the line before, so that a changed line does not hide those behind it. */
export function chainedAgain(input: Uint8Array): Uint8Array {
  let prev: string | undefined
  const lines = Buffer.from(input).toString('latin1').split('\n')
  const linked = lines.map((line) => {
    const text = prev === undefined ? line : line.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${prev}"`)
    prev = createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex')
    return text
  })
  return Buffer.from(linked.join('\n'), 'latin1')
}

export const legacyLines = (): Uint8Array => readFileSync(join(FIXTURES, 'soak.jsonl'))
export const legacySnapshot = (): Uint8Array => readFileSync(join(FIXTURES, 'snapshot.json'))

const TIME = '2026-05-01T12:00:00.000Z'

export const RUN = {
  ...{ schema: 'montana.run/1', run_id: 'run', created_at: TIME, interval_ms: 5000, deadline_ms: 3000, time_scale: 1 },
  ...{ nodes: [{ label: 'moscow', host: 'moscow' }], collector_node: null, pq_only: true },
  thresholds: { version: '1', sha256: 'ab'.repeat(32) },
  claims: [],
  drills: [{ id: 'd1', kind: 'kill', label: 'moscow', peer: null, window: 5, duration_s: 3 }],
}

export const DRILLS = `{"id":"d1","from":"${TIME}","to":null}\n{"id":"d1","from":"${TIME}","to":"${TIME}"}\n`

export const SEGMENTS = {
  schema: 'montana.segments/1',
  segments: [
    {
      ...{
        file: 'soak-20261125T124632Z-288.jsonl',
        first_seq: 0,
        last_seq: 9,
        first_ts: TIME,
        last_ts: TIME,
        lines: 10,
      },
      ...{ bytes: 100, sha256: 'ab'.repeat(32), last_sha256: 'cd'.repeat(32), removed_at: null },
    },
  ],
}

export const HEAD = { run_id: 'run', seq: 3, bytes: 100, sha256: 'ab'.repeat(32) }
export const HOLDER = { pid: 7, boot_id: 'b', started: '5', token: '01234567' }

export const DIGEST = {
  ...{
    schema: 'montana.digest/1',
    label: 'moscow',
    from: TIME,
    to: null,
    source: 'journald',
    unattributed: 0,
    dropped: 0,
  },
  units: [{ unit: 'a.service', exits: 1, restarts: 0, timeouts: 0, start_limit_hits: 0 }],
  entries: [
    {
      ...{ unit: null, code: 'UNCODED', priority: 3, template: 'x 192.0.2.1 <n>', count: 2, first: TIME, last: null },
      ...{ sample: 'x 2001:db8::1', window_min: 1, window_max: 2 },
    },
  ],
}

export const JOURNAL_LINES = [
  { __REALTIME_TIMESTAMP: '1777636800000000', MESSAGE: 'x', PRIORITY: '3', _SYSTEMD_UNIT: 'a.service', _PID: '7' },
  {
    __REALTIME_TIMESTAMP: '1',
    MESSAGE: [72, 105],
    MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c',
    _PID: '1',
    UNIT: 'b',
  },
  { __REALTIME_TIMESTAMP: '1', MESSAGE: ['a', [72]], PRIORITY: '9' },
]

export const LOG_LINES = [
  '{"level":40,"time":"2026-05-01T12:00:00.000Z","msg":"window 7 is late","code":"LATE","window":7}',
  '<4>plain words 12 of 192.0.2.1:8444',
  '2026-05-01T12:00:00Z something failed',
  'May  1 12:00:00 host kernel[1]: Out of memory',
]

export const UNIT_TEXT =
  'LoadState=loaded\nActiveState=active\nNRestarts=2\nResult=success\nExecMainStartTimestampMonotonic=123456\n'

export const SOAK_YAML = `nodes:
- {label: moscow, status_url: "http://127.0.0.1:8446"}
- {label: spb, host: h, via: ssh, ssh: {host: spb.example, user: u, key_file: ./k, known_hosts: ./h}}
interval: 5m
path: soak.jsonl
pq_only: true
`
