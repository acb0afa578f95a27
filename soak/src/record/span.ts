import { SPAN_MAX_MS, SPAN_MIN_MS } from '../constants.js'
import type { Answer, Probe } from '../probe/probe.js'
import type { SoakNode } from './schema.js'

/** Cumulative counters of one node at an earlier poll. */
export interface PastNode {
  readonly instance: string
  readonly sampledAtMs: number
  readonly pingOk: number
  readonly dialErr: number
  readonly closed: number
}

/** An earlier record, as far as the five-minute counters need it. */
export interface PastRecord {
  readonly tsMs: number
  /** By label; null where the node was unreachable. */
  readonly nodes: ReadonlyMap<string, PastNode | null>
}

type Span = Pick<SoakNode, 'hb_5m' | 'err_5m' | 'closed_5m' | 'span_s' | 'span_reason'>
type Reason = NonNullable<SoakNode['span_reason']>

/**
 * What a node's counters grew by since the newest record that is 270 to 330 s older and of the same instance: spec
 * operations 3.4. `past` begins with the newest record and reaches back beyond 330 s where the file does.
 */
export function spanOf(probe: Probe, nowMs: number, past: readonly PastRecord[]): Span {
  if (!probe.reachable) return noSpan('unreachable')
  const seen = past.filter(({ nodes }) => nodes.has(probe.label))
  const inRange = seen.filter(({ tsMs }) => nowMs - tsMs >= SPAN_MIN_MS && nowMs - tsMs <= SPAN_MAX_MS)
  if (inRange.length === 0) return noSpan(seen.some(({ tsMs }) => nowMs - tsMs > SPAN_MAX_MS) ? 'gap' : 'first')
  const then = inRange.map(({ nodes }) => nodes.get(probe.label) ?? null)
  const base = then.find((node) => node?.instance === probe.status.proc.instance)
  if (base) return difference(base, probe)
  return noSpan(then.some((node) => node !== null) ? 'restarted' : 'unreachable')
}

function difference(base: PastNode, answer: Answer): Span {
  const { peers, sampled_at } = answer.status
  const sum = (field: 'ping_ok' | 'dial_err' | 'closed') => peers.reduce((total, peer) => total + peer[field], 0)
  const grown = {
    hb_5m: sum('ping_ok') - base.pingOk,
    err_5m: sum('dial_err') - base.dialErr,
    closed_5m: sum('closed') - base.closed,
  }
  // Counters of one instance only grow; a peer that left the list took its share along, and the rest would mislead.
  if (Math.min(...Object.values(grown)) < 0) return noSpan('gap')
  return { ...grown, span_s: (Date.parse(sampled_at) - base.sampledAtMs) / 1000, span_reason: null }
}

function noSpan(span_reason: Reason): Span {
  return { hb_5m: null, err_5m: null, closed_5m: null, span_s: null, span_reason }
}
