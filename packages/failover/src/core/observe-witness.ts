import type { CoreSettings, WitnessSettings } from './api.js'
import { withHighest, withHost, withPostedClaims, withTried } from './knowledge.js'
import { type CoreState, NEVER, type SeenPost, type WitnessKnowledge } from './state.js'
import type { Observation, ReadPost } from './types.js'

type Read = Extract<Observation, { kind: 'witness-read' }>
type Posted = Extract<Observation, { kind: 'witness-posted' }>

/** Acknowledgements of posts that a read may still have to be ordered after. */
const POSTS_KEPT = 4

export function onPosted(state: CoreState, { witness, sentAtMs, atMs }: Posted): CoreState {
  const known = state.witnesses[witness]
  if (!known) return state
  const posted = [...known.posted, { sentMs: sentAtMs, atMs }].slice(-POSTS_KEPT)
  return withWitness(state, witness, { posted, answeredSentMs: Math.max(known.answeredSentMs, sentAtMs) })
}

export function onRead(state: CoreState, read: Read, settings: CoreSettings): CoreState {
  const witness = settings.witnesses.find(({ name }) => name === read.witness)
  const known = state.witnesses[read.witness]
  if (!witness || !known) return state
  if (known.read && read.sentAtMs < known.read.sentMs) return state
  const others = read.posts.filter(({ host }) => host in state.hosts)
  const next = withWitness(withTried(state, nameOf(read.witness), read.sentAtMs), read.witness, {
    read: {
      sentMs: read.sentAtMs,
      atMs: read.atMs,
      afterPostSentMs: newestBefore(known, read.sentAtMs),
      isCounted: isUpLongEnough(witness, read.upMs),
    },
    answeredSentMs: Math.max(known.answeredSentMs, read.sentAtMs),
    posts: Object.fromEntries(others.map((post) => [post.host, seen(known, post, read.atMs)])),
  })
  return others.reduce(
    (s, post) => withPost(s, witness, read, post),
    withOwnPosts(learned(next, witness), read, settings.self),
  )
}

export function nameOf(witness: string): string {
  return `witness ${witness}`
}

function newestBefore(known: WitnessKnowledge, sentMs: number): number {
  return known.posted.filter(({ atMs }) => atMs <= sentMs).reduce((best, post) => Math.max(best, post.sentMs), NEVER)
}

/** S5: one that restarted has forgotten, not observed. A witness without a clock of its own keeps what it has. */
function isUpLongEnough(witness: WitnessSettings, upMs: number | null): boolean {
  return upMs === null || upMs > witness.stalenessMs
}

function seen(known: WitnessKnowledge, { host, body }: ReadPost, atMs: number): SeenPost {
  const before = known.posts[host]
  if (before && before.bootId === body.bootId && before.sequence === body.sequence) return before
  const previousReadSentMs = known.read?.sentMs ?? NEVER
  return { bootId: body.bootId, sequence: body.sequence, changedMs: atMs, previousReadSentMs }
}

/** S6: ages by the witness's clock; where it has none, by when this host saw a change, and never over a fresher claim. */
function withPost(state: CoreState, witness: WitnessSettings, read: Read, { host, ageMs, body }: ReadPost): CoreState {
  const known = state.hosts[host]
  if (!known || known.pastBootIds.includes(body.bootId)) return state
  if (ageMs === null) return withSlowPost(state, witness, host, read)
  const isFresh = ageMs < witness.stalenessMs
  const signed = isFresh ? withHost(state, host, { postSignMs: Math.max(known.postSignMs, read.atMs - ageMs) }) : state
  return withPostedClaims(signed, host, body.policies, { madeMs: read.sentAtMs - ageMs, atMs: read.atMs })
}

function withSlowPost(state: CoreState, witness: WitnessSettings, host: string, read: Read): CoreState {
  const changedMs = state.witnesses[witness.name]?.posts[host]?.changedMs ?? NEVER
  const body = read.posts.find((post) => post.host === host)?.body
  const times = { madeMs: changedMs - witness.stalenessMs, atMs: read.atMs }
  return body ? withPostedClaims(state, host, body.policies, times) : state
}

/** What this host itself posted in an earlier life it may have forgotten. */
function withOwnPosts(state: CoreState, { posts, atMs }: Read, self: string): CoreState {
  const own = posts.filter(({ host }) => host === self)
  return own.reduce((next, { body }) => withHighest(next, {}, body.policies, atMs), state)
}

/** D10: this witness has shown what was posted. */
function learned(state: CoreState, witness: WitnessSettings): CoreState {
  const { amnesia, witnesses } = state
  if (!amnesia || !witnesses[witness.name]?.read?.isCounted) return state
  return { ...state, amnesia: { ...amnesia, witnesses: new Set([...amnesia.witnesses, witness.name]) } }
}

function withWitness(state: CoreState, name: string, change: Partial<WitnessKnowledge>): CoreState {
  const known = state.witnesses[name]
  return known ? { ...state, witnesses: { ...state.witnesses, [name]: { ...known, ...change } } } : state
}
