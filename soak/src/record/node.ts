import type { Answer, NoAnswer, Probe } from '../probe/probe.js'
import { lagOf, type WindowHashes } from './heights.js'
import { clockOffset } from './instants.js'
import type { SoakNode } from './schema.js'
import { type PastRecord, spanOf } from './span.js'

export interface NodeFacts {
  readonly nowMs: number
  /** Undefined where nobody answered. */
  readonly head: Answer | undefined
  readonly commonHashes: WindowHashes | undefined
  readonly past: readonly PastRecord[]
}

/** One node's part of a record. Pure. */
export function nodeRecord(probe: Probe, facts: NodeFacts): SoakNode {
  const { label, host, probeMs } = probe
  const measured = probe.reachable ? answered(probe, facts) : unanswered(probe)
  return {
    ...{ label, host, probe_ms: rounded(probeMs) },
    ...measured,
    active: probe.unit?.ActiveState ?? (probe.reachable ? 'active' : 'unknown'),
    ...spanOf(probe, facts.nowMs, facts.past),
  }
}

type Measured = Omit<
  SoakNode,
  'label' | 'host' | 'probe_ms' | 'active' | 'hb_5m' | 'err_5m' | 'closed_5m' | 'span_s' | 'span_reason'
>

function answered(answer: Answer, { head, commonHashes }: NodeFacts): Measured {
  const { build, manifest, roster, phase, window, header_hash, state_root, sampled_at, time } = answer.status
  const { D, clock, peers, proposals, res, jobs, degraded } = answer.status
  const { offsetMs, errorMs } = clockOffset(answer)
  return {
    reachable: true,
    error: null,
    ...{ sampled_at, clock_offset_ms: rounded(offsetMs), clock_error_ms: rounded(errorMs), time },
    ...{ build, manifest, roster, proc: procOf(answer), phase, window, header_hash, state_root },
    common: commonHashes
      ? { header_hash: commonHashes.header_hash, state_root: commonHashes.state_root, reason: null }
      : { header_hash: null, state_root: null, reason: 'common_out_of_range' },
    lag: head ? lagOf(answer, head) : null,
    ...{ D, clock, peers, proposals, res, jobs, degraded },
  }
}

/** The node tells of itself; what it cannot know, its service manager may: spec operations 2. */
function procOf({ status: { proc }, unit }: Answer): Answer['status']['proc'] {
  return { ...proc, restarts: proc.restarts ?? unit?.NRestarts ?? null, result: proc.result ?? unit?.Result ?? null }
}

function unanswered({ error }: NoAnswer): Measured {
  return {
    reachable: false,
    error: { code: error.code, text: error.text },
    ...{ sampled_at: null, clock_offset_ms: null, clock_error_ms: null, time: null },
    ...{ build: null, manifest: null, roster: null, proc: null, phase: null, window: null },
    ...{ header_hash: null, state_root: null },
    common: { header_hash: null, state_root: null, reason: 'unreachable' },
    ...{ lag: null, D: null, clock: null, peers: null, proposals: null, res: null, jobs: null, degraded: null },
  }
}

/** Microseconds are as fine as these clocks are. */
export function rounded(ms: number): number {
  // "+ 0" makes a plain zero of a negative one.
  return Math.round(ms * 1000) / 1000 + 0
}
