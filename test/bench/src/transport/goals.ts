import type { TransportRow } from './rows.js'

interface Goal {
  /** More round trips than stock, at most. */
  readonly extraRoundTrips: number
  /** Share of the throughput of stock, at least. */
  readonly throughput: number
}

/** To reach, per profile: what the transport promises against plain Noise. */
const GOALS: Readonly<Record<string, Goal>> = {
  pq: { extraRoundTrips: 0, throughput: 0.8 },
  hybrid: { extraRoundTrips: 2, throughput: 0.5 },
}

/** Of a round trip. */
const NOISE = 0.25

/** Ratios to stock and a line per goal that says whether it was reached. */
export function goals(rows: readonly TransportRow[]): { ratios: Record<string, number>; notes: string[] } {
  const stock = rows.find(({ stack }) => stack === 'stock')
  const ours = rows.filter(({ stack, backend }) => stack !== 'stock' && backend === 'node')
  const ratios: Record<string, number> = {}
  const notes: string[] = []
  for (const row of stock ? ours : []) {
    const { roundTrips = 0, throughputMBps = 1 } = stock ?? {}
    const extra = row.roundTrips - roundTrips
    const share = row.throughputMBps / throughputMBps
    ratios[`${row.stack}ThroughputToStock`] = share
    ratios[`${row.stack}FirstByteToStock`] = row.firstByteMs / (stock?.firstByteMs ?? 1)
    notes.push(...goalNotes(row.stack, extra, share))
  }
  return { ratios, notes }
}

/** Round trips come in whole numbers: what is far from one was not the link, and counts as not measured. */
export function wholeRoundTrips(extra: number): number | undefined {
  const whole = Math.round(extra)
  return Math.abs(extra - whole) > NOISE ? undefined : whole
}

function roundTripVerdict(extra: number, goal: number): string {
  const whole = wholeRoundTrips(extra)
  if (whole === undefined) return 'not measured, the host was busy'
  return whole <= goal ? 'reached' : 'NOT reached'
}

function goalNotes(name: string, extra: number, share: number): string[] {
  const goal = GOALS[name]
  if (goal === undefined) return []
  const verdict = (isReached: boolean) => (isReached ? 'reached' : 'NOT reached')
  const { extraRoundTrips, throughput } = goal
  return [
    `${name}: ${Math.max(0, extra).toFixed(2)} round trips more than stock, goal at most ${extraRoundTrips}: ${roundTripVerdict(extra, extraRoundTrips)}`,
    `${name}: ${share.toFixed(2)} of the throughput of stock, goal at least ${throughput}: ${verdict(share >= throughput)}`,
  ]
}
