import type { BackendName, StackName } from './contenders.js'

/** One contender on one backend. */
export interface TransportRow {
  readonly stack: StackName
  readonly backend: BackendName
  /** From the dial to the first byte that comes back, behind a proxy of that round trip, median, ms. */
  readonly firstByteMs: number
  /** What each further millisecond of the link's round trip adds to it: the number of round trips. */
  readonly roundTrips: number
  readonly handshakeCpuMs: { readonly initiator: Percentiles; readonly responder: Percentiles }
  /** One stream over loopback, median, 10⁶ bytes per second. */
  readonly throughputMBps: number
  readonly rssPerConnection: { readonly dialled: number; readonly accepted: number }
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
}

export function percentiles(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) }
}

/** Nearest rank. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}

/** How many round trips of the link something takes that lasts `nearMs` behind one of `nearRttMs`, `farMs` behind the other. */
export function roundTripsOf(nearMs: number, farMs: number, nearRttMs: number, farRttMs: number): number {
  return (farMs - nearMs) / (farRttMs - nearRttMs)
}
