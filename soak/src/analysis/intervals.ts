import type { Interval, PeerSample, Sample } from './run-data.js'

const MS_PER_S = 1000

/**
 * What the counters of a node grew by between each two neighbouring polls of one instance, per peer. A restart or an
 * unreachable poll splits: counters belong to an instance (spec operations 4, Q9). Pure.
 */
export function intervalsOf(samples: readonly Sample[]): Interval[] {
  return samples.slice(1).flatMap((now, index) => {
    const before = samples[index]
    return before && isSameInstance(before, now) ? between(before, now) : []
  })
}

function isSameInstance(before: Sample, now: Sample): boolean {
  return before.reachable && now.reachable && before.instance !== null && before.instance === now.instance
}

function between(before: Sample, now: Sample): Interval[] {
  const earlier = new Map(before.peers.map((peer) => [peer.label, peer]))
  return now.peers.flatMap((peer) => {
    const base = earlier.get(peer.label)
    return base ? growth(base, peer, before, now) : []
  })
}

function growth(base: PeerSample, peer: PeerSample, before: Sample, now: Sample): Interval {
  const seconds = uptimeBetween(before, now)
  return {
    peer: peer.label,
    fromSeq: before.seq,
    toSeq: now.seq,
    fromMs: before.tsMs,
    toMs: now.tsMs,
    seconds,
    connectedS: Math.max(0, peer.upS - base.upS),
    sent: peer.sent - base.sent,
    ok: peer.ok - base.ok,
    timeout: peer.timeout - base.timeout,
    failed: peer.failed - base.failed,
    closed: peer.closed - base.closed,
    dialErr: peer.dialErr - base.dialErr,
    isTrusted: true,
  }
}

function uptimeBetween(before: Sample, now: Sample): number {
  return before.tsMs === null || now.tsMs === null ? 0 : (now.tsMs - before.tsMs) / MS_PER_S
}
