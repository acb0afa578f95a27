import type { MirrorErrorCode } from '../contracts/errors.js'
import type { RefUpdate } from '../contracts/push.js'
import type { PushedRef } from './porcelain.js'
import { refusalOf, workflowOr } from './refusal.js'

/** What became of one ref. `stale`: its tip is not what was seen. */
export type Delivery =
  | { readonly kind: 'moved' | 'stale' }
  | { readonly kind: 'refused'; readonly code: MirrorErrorCode; readonly message: string }

/** Of one `git push`: what it said of each ref, and the target's own words, free of secrets. */
export interface Answer {
  readonly refs: readonly PushedRef[]
  readonly words: string
}

export interface Delivering {
  /** One atomic push. Throws MirrorError when the target as a whole refused it. */
  readonly send: (items: readonly RefUpdate[]) => Promise<Answer>
  /** False when there were enough pushes. */
  readonly mayPush: () => boolean
}

interface Judged {
  readonly item: RefUpdate
  readonly reason: string | null
  readonly verdict: Delivery | 'held'
}

const WORDS_MAX_CHARS = 500
const NOT_TRIED: Delivery = {
  kind: 'refused',
  code: 'REF_REJECTED',
  message: 'not tried: the target refused too many others',
}

/**
 * Moves what the target lets move: an atomic push stops at one refusal, so whoever was refused is left out and the others
 * are pushed again; where no single ref is named, the set is halved. Spec repository-mirror 7.2 "the rest still moves".
 */
export async function deliver(items: readonly RefUpdate[], how: Delivering): Promise<ReadonlyMap<string, Delivery>> {
  const found = new Map<string, Delivery>()
  let rest = items
  while (rest.length > 0) {
    if (!how.mayPush()) return withAll(found, rest, NOT_TRIED)
    const answer = await how.send(rest)
    const judged = rest.map((item) => judge(item, answer))
    if (rest.length > 1 && namesNobody(judged)) return await halves(rest, how, found)
    for (const { item, verdict } of judged) if (verdict !== 'held') found.set(item.ref, verdict)
    const held = judged.filter(({ verdict }) => verdict === 'held').map(({ item }) => item)
    if (rest.length === 1) return withAll(found, held, transactionVerdict(answer))
    rest = held
  }
  return found
}

async function halves(items: readonly RefUpdate[], how: Delivering, found: Map<string, Delivery>) {
  const middle = Math.ceil(items.length / 2)
  for (const half of [items.slice(0, middle), items.slice(middle)]) {
    for (const [ref, delivery] of await deliver(half, how)) found.set(ref, delivery)
  }
  return found
}

/** A policy that speaks for the whole push, or a transaction that failed without a word about whose fault it was. */
function namesNobody(judged: readonly Judged[]): boolean {
  const [first, ...others] = new Set(judged.map(({ reason }) => reason))
  if (first === undefined || first === null || others.length > 0) return false
  const refusal = refusalOf(first)
  return refusal.kind === 'held' || (refusal.kind === 'own' && refusal.code === 'REF_REJECTED')
}

function judge(item: RefUpdate, answer: Answer): Judged {
  const reason = answer.refs.find(({ ref }) => ref === item.ref)?.reason ?? null
  return { item, reason, verdict: reason === null ? { kind: 'moved' } : verdictOf(reason, answer) }
}

function verdictOf(reason: string, answer: Answer): Judged['verdict'] {
  const refusal = refusalOf(reason)
  if (refusal.kind === 'held') return 'held'
  if (refusal.kind === 'moved') return { kind: 'stale' }
  return refused(workflowOr(refusal.code, answer.words), reason, answer)
}

/** The transaction of a single ref failed: its tip moved after the target had shown it, or the name is taken. */
function transactionVerdict(answer: Answer): Delivery {
  if (/is at [0-9a-f]+ but expected|reference already exists/.test(answer.words)) return { kind: 'stale' }
  return refused('REF_REJECTED', 'atomic push failed', answer)
}

function refused(code: MirrorErrorCode, reason: string, { words }: Answer): Delivery {
  const message = words === '' ? reason : `${reason}: ${words}`
  return { kind: 'refused', code, message: message.slice(0, WORDS_MAX_CHARS) }
}

function withAll(found: Map<string, Delivery>, items: readonly RefUpdate[], delivery: Delivery) {
  for (const { ref } of items) found.set(ref, delivery)
  return found
}
