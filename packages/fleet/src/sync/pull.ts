import { errorCode, errorMessage, isAbort, TimeoutError } from '@montana/foundation'
import type { DocumentKind, SignedDocument } from '../document.js'
import type { DocumentStore } from '../document-store.js'
import {
  type AuthenticDocument,
  authenticate,
  checkDates,
  parseDocument,
  type VerifiedDocument,
  type VerifyModules,
} from '../verify.js'
import type { DocumentSource } from './source.js'

export interface PullInit<T extends SignedDocument> {
  readonly kind: DocumentKind<T>
  readonly store: DocumentStore<T>
  readonly sources: readonly DocumentSource[]
  readonly modules: VerifyModules
  readonly nowMs: number
  readonly signal: AbortSignal
  /** What else must hold on this host; throws to refuse. */
  readonly checkHere?: (document: VerifiedDocument<T>) => void | Promise<void>
  /** `--accept-version`. */
  readonly allowVersion?: number
}

/** What one source gave: the version, or the code of the first rule that refused it. */
export interface SourceReport {
  readonly source: string
  /** Whether it answered at all. */
  readonly answered: boolean
  readonly version: number | null
  readonly code: string
  readonly message: string | null
}

export interface PullResult {
  /** `none`: nothing valid was found, and nothing has changed. */
  readonly outcome: 'new' | 'same' | 'none'
  /** `OK`, or why there was no valid document. */
  readonly code: string
  readonly answers: number
  readonly sources: readonly SourceReport[]
}

interface Offer<T extends SignedDocument> {
  report: SourceReport
  readonly authentic: AuthenticDocument<T> | undefined
}

/** What people must hear first of several reasons. */
const GRAVEST = ['DOC_EQUIVOCATION', 'DOC_ROLLBACK', 'DOC_SIGNATURES', 'DOC_EXPIRED']
export const OK = 'OK'

/**
 * Asks all sources at once and puts the highest valid version in force: spec operations 11.2. Whatever fails or is refused
 * changes nothing. Rejects with an abort only.
 */
export async function pullDocument<T extends SignedDocument>(init: PullInit<T>): Promise<PullResult> {
  const offers = await Promise.all(init.sources.map((source) => ask(init, source)))
  await refuseTwofold(init, offers)
  const outcome = await takeHighest(init, offers)
  const sources = offers.map(({ report }) => report)
  const answers = sources.filter(({ answered }) => answered).length
  return { outcome, code: outcome === 'none' ? gravest(sources) : OK, answers, sources }
}

/** Steps 1 to 3 of acceptance, for each source by itself. */
async function ask<T extends SignedDocument>(init: PullInit<T>, source: DocumentSource): Promise<Offer<T>> {
  const { kind, modules, nowMs, signal } = init
  const { text } = source
  let answered = false
  try {
    const bytes = await source.fetch(signal)
    answered = true
    const authentic = await authenticate(parseDocument(bytes, kind, modules.trust.network), modules)
    checkDates(authentic.document, nowMs)
    const { version } = authentic.document
    return { report: { source: text, answered, version, code: OK, message: null }, authentic }
  } catch (error) {
    if (isAbort(error) && signal.aborted) throw error
    return { report: { source: text, answered, version: null, ...reason(error) }, authentic: undefined }
  }
}

/** Two signed documents of one version: neither counts, unless one is in force already. */
async function refuseTwofold<T extends SignedDocument>({ store }: PullInit<T>, offers: Offer<T>[]): Promise<void> {
  const byVersion = Map.groupBy(authenticOf(offers), ({ document }) => document.version)
  for (const [version, documents] of byVersion) {
    const inForce = store.current?.document.version === version ? [store.current] : []
    const distinct = new Map([...inForce, ...documents].map((document) => [document.sha256, document] as const))
    if (distinct.size > 1) await store.noteTwofold([...distinct.values()])
  }
}

function authenticOf<T extends SignedDocument>(offers: readonly Offer<T>[]): AuthenticDocument<T>[] {
  return offers.flatMap(({ authentic }) => authentic ?? [])
}

/**
 * From the highest version down, but first the one that an operator names; the first that holds wins. Behind two of one
 * version nothing older is taken.
 */
async function takeHighest<T extends SignedDocument>(
  init: PullInit<T>,
  offers: readonly Offer<T>[],
): Promise<PullResult['outcome']> {
  let outcome: PullResult['outcome'] = 'none'
  let isStopped = false
  const rank = (offer: Offer<T>) =>
    versionOf(offer) === init.allowVersion ? Number.POSITIVE_INFINITY : versionOf(offer)
  for (const offer of offers.toSorted((a, b) => rank(b) - rank(a) || 0)) {
    if (!offer.authentic || (isStopped && !init.store.isInForce(offer.authentic.sha256))) continue
    const verdict: Verdict = await take(init, offer.authentic, outcome !== 'none')
    offer.report = { ...offer.report, code: verdict.code, message: verdict.message }
    if (verdict.outcome !== 'none' && outcome === 'none') outcome = verdict.outcome
    isStopped ||= verdict.code === 'DOC_EQUIVOCATION'
  }
  return outcome
}

function versionOf<T extends SignedDocument>({ authentic }: Offer<T>): number {
  return authentic?.document.version ?? 0
}

interface Verdict {
  readonly outcome: PullResult['outcome']
  readonly code: string
  readonly message: string | null
}

/** `isSettled`: a document was found already; this one is judged for the report only. */
async function take<T extends SignedDocument>(
  { store, nowMs, checkHere, allowVersion }: PullInit<T>,
  { bytes }: AuthenticDocument<T>,
  isSettled: boolean,
): Promise<Verdict> {
  try {
    const options = allowVersion === undefined ? {} : { allowVersion }
    const { verified, isNew } = await store.judge(bytes, nowMs, options)
    await checkHere?.(verified)
    if (isNew && !isSettled) await store.adopt(verified)
    return { outcome: isNew ? 'new' : 'same', code: OK, message: null }
  } catch (error) {
    return { outcome: 'none', ...reason(error) }
  }
}

function reason(error: unknown): { code: string; message: string } {
  if (error instanceof TimeoutError) return { code: 'SOURCE_TIMEOUT', message: errorMessage(error) }
  return { code: errorCode(error), message: errorMessage(error) }
}

function gravest(sources: readonly SourceReport[]): string {
  const codes = new Set(sources.map(({ code }) => code))
  codes.delete(OK)
  return (
    GRAVEST.find((code) => codes.has(code)) ?? [...codes].find((code) => code.startsWith('DOC_')) ?? 'SOURCE_FAILED'
  )
}
