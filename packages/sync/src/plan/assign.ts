import type { Draft } from './draft.js'
import { drop, takeBack } from './release.js'
import type { Job, PeerState } from './state.js'

/** A job is slow when it takes so many times as long as an answer of the best other peer, and at least so long. */
const SLOW_FACTOR = 8
const SLOW_MIN_MS = 2_000
/** After so many slow jobs in a row a peer is dropped, as long as there is another. */
const STRIKES_MAX = 3
/** What a slow peer is left alone for, by its strikes. */
const STRIKE_MS = 2_000

/** Takes away what is slow, gives out what may be asked for now, and says when to look again. */
export function assign(draft: Draft): void {
  for (const job of draft.jobs) if (isSlow(draft, job)) reassign(draft, job)
  for (const peer of draft.peers) refill(draft, peer)
  while (askOne(draft)) {}
  conclude(draft)
}

function refill(draft: Draft, peer: PeerState): void {
  const { burst, perSecond } = draft.limits
  const tokens = Math.min(burst, peer.tokens + ((draft.nowMs - peer.tokensAtMs) * perSecond) / 1000)
  draft.setPeer({ ...peer, tokens, tokensAtMs: draft.nowMs })
}

/** The peer with the fewest jobs goes first, so that all of them work. */
function askOne(draft: Draft): boolean {
  const free = draft.readyPeers.filter((peer) => isFree(draft, peer))
  const order = free.sort((a, b) => a.held - b.held || (a.answerMs ?? 0) - (b.answerMs ?? 0))
  return order.some((peer) => draft.ask(peer))
}

function isFree(draft: Draft, { tokens, notBeforeMs, held }: PeerState): boolean {
  return tokens >= 1 && notBeforeMs <= draft.nowMs && held < draft.limits.inFlight
}

function isSlow(draft: Draft, job: Job): boolean {
  if (job.isAnswered || draft.nowMs < slowAtMs(draft, job)) return false
  return draft.readyPeers.some((peer) => peer.id !== job.peer && isFree(draft, peer))
}

/** Infinity where no other peer gives a measure. */
function slowAtMs(draft: Draft, job: Job): number {
  const others = draft.readyPeers.filter(({ id }) => id !== job.peer).flatMap(({ answerMs }) => answerMs ?? [])
  if (others.length === 0) return Number.POSITIVE_INFINITY
  return job.startedMs + Math.max(SLOW_MIN_MS, SLOW_FACTOR * Math.min(...others))
}

function reassign(draft: Draft, job: Job): void {
  const peer = draft.peer(job.peer)
  if (!peer) return
  const strikes = peer.strikes + 1
  takeBack(draft, job)
  draft.updatePeer(job.peer, { strikes, notBeforeMs: draft.nowMs + STRIKE_MS * strikes })
  if (strikes < STRIKES_MAX || draft.readyPeers.length < 2) return
  drop(draft, job.peer, 'slow')
}

function conclude(draft: Draft): void {
  const isIdle = draft.jobs.length === 0
  const now = isIdle && draft.isQueueEmpty ? 'done' : isIdle && draft.readyPeers.length === 0 ? 'stuck' : undefined
  if (now && draft.said !== now) draft.effects.push({ type: now })
  draft.said = now
  if (now) return
  const atMs = nextLookMs(draft)
  if (Number.isFinite(atMs)) draft.effects.push({ type: 'wake', atMs })
}

/** The next time at which something becomes possible without an event. */
function nextLookMs(draft: Draft): number {
  const slow = draft.jobs.filter(({ isAnswered }) => !isAnswered).map((job) => slowAtMs(draft, job))
  const free = draft.isQueueEmpty ? [] : draft.readyPeers.map((peer) => freeAtMs(draft, peer))
  return Math.min(...[...slow, ...free].filter((atMs) => atMs > draft.nowMs))
}

/** Infinity where only the end of a job frees it. */
function freeAtMs({ limits }: Draft, { tokens, tokensAtMs, notBeforeMs, held }: PeerState): number {
  if (held >= limits.inFlight) return Number.POSITIVE_INFINITY
  const token = tokensAtMs + Math.ceil(Math.max(0, ((1 - tokens) * 1000) / limits.perSecond))
  return Math.max(token, notBeforeMs)
}
