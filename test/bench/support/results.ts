import type { BenchResult, JudgedGoal, RanBench, Results } from '../src/suite/results.js'

export function ran(bench: string, parts: Partial<RanBench> = {}): RanBench {
  const about = { bench, summary: `what ${bench} measures`, durationMs: 61_000, rounds: 15 }
  const empty = { backend: null, rows: [], ratios: {}, figures: {}, peers: [], bounds: [], notes: [] }
  return { ...about, outcome: 'ran', ...empty, ...parts }
}

export function failed(bench: string, error: string): BenchResult {
  return { bench, summary: `what ${bench} measures`, durationMs: 4_000, rounds: 5, outcome: 'failed', error }
}

export function judged(id: string, parts: Partial<JudgedGoal> = {}): JudgedGoal {
  return {
    id,
    of: 'issue 2',
    words: `words of ${id}`,
    direction: 'at least',
    bound: 1.3,
    unit: '×',
    value: 1.23,
    verdict: 'not met',
    source: 'npm run bench -- clock',
    isOfThisRun: true,
    remark: null,
    ...parts,
  }
}

/** Of a quiet machine, with nothing measured. */
export function resultsWith(parts: Partial<Results> = {}): Results {
  return {
    schema: 'montana.bench/1',
    commit: '0123456789abcdef0123456789abcdef01234567',
    isDirty: false,
    startedAt: '2026-11-26T21:00:00.000Z',
    durationMs: 700_000,
    isLong: false,
    host: {
      cpu: 'A processor',
      cores: 2,
      smtSiblings: false,
      cpuFlags: ['sha_ni', 'avx2'],
      memoryBytes: 8 * 2 ** 30,
      kernel: 'Linux 6.1',
      node: '24.21.0',
      loadBefore: [0.1, 0.2, 0.3],
    },
    benches: [],
    goals: [],
    ...parts,
  }
}

/** Something of every kind that the page can show. */
export function fullResults(): Results {
  const rows = [
    { name: 'native chain', stepsPerSecond: 30e6, slowest: 29e6, fastest: 31e6 },
    { name: 'OpenSSL SHA256 loop', stepsPerSecond: 5e6, slowest: 5e6, fastest: 5e6 },
  ]
  const peers = [{ product: 'OpenSSL', version: '3.5.4', role: 'SHA256 in a native loop' }]
  const bounds = [
    { name: 'latency of one chain', value: 31.6, unit: 'M steps/s', measured: 30, how: 'timed in the run' },
  ]
  const ratios = { chainToOpenssl: 6, chainToBound: 0.95 }
  const record = { isOfThisRun: false, source: 'npm run soak:watch (noted at 8cbe89b, 2026-11-26)' }
  return resultsWith({
    benches: [
      ran('clock', { backend: 'native-shani', rows, peers, bounds, ratios, notes: ['a note of the clock'] }),
      failed('sync', 'ended with 1'),
    ],
    goals: [
      judged('reached', { value: 6, verdict: 'met' }),
      judged('missed'),
      judged('partly', { ...record, verdict: 'in part', value: 3.9, unit: 's', remark: '200 trials of 1,000' }),
      judged('away', { value: null, verdict: 'not measured here', isOfThisRun: false, remark: 'the bench failed: x' }),
      judged('unknown', { value: null, verdict: 'not on record', isOfThisRun: false }),
    ],
  })
}
