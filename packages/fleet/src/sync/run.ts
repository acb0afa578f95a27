import { errorCode, systemTime, type TimeSource } from '@montana/foundation'
import type { DocumentKind, SignedDocument } from '../document.js'
import { sharedFiles } from '../document-files.js'
import { DocumentStore } from '../document-store.js'
import { type JobDocument, type JobRecord, readJobRecord, recordRun } from '../job/record.js'
import { type DocumentState, stateByDates, worstState } from '../state.js'
import type { VerifiedDocument, VerifyModules } from '../verify.js'
import { audit } from './audit.js'
import { withSyncLock } from './lock.js'
import { type PullResult, pullDocument } from './pull.js'
import type { DocumentSource } from './source.js'

/** Fewer answers than this for {@link FEW_RUNS} runs: degraded. Spec operations 11.2. */
const ENOUGH_ANSWERS = 2
const FEW_RUNS = 3
const FEW_SOURCES = 'SYNC_SOURCES'

export interface SyncInit<T extends SignedDocument> {
  /** Of the job, as F-SYNC knows it: `manifest`, `vpn`. */
  readonly job: string
  /** Of the files: `manifest`, `roster`. */
  readonly name: string
  readonly kind: DocumentKind<T>
  readonly stateDir: string
  readonly sources: readonly DocumentSource[]
  readonly modules: VerifyModules
  readonly time?: TimeSource
  readonly checkHere?: (document: VerifiedDocument<T>) => void | Promise<void>
  readonly allowVersion?: number
  /** What is done with the document in force after each pull, new or not; its failure is the job's. */
  readonly apply?: (document: VerifiedDocument<T>, result: PullResult) => Promise<void>
}

export interface SyncResult<T extends SignedDocument> extends PullResult {
  readonly current: VerifiedDocument<T> | null
  readonly record: JobRecord
}

/**
 * One run of a sync job: pull, apply, record. Idempotent, fail-static; whatever ends it, the attempt is written down.
 * Rejects with what `apply` threw, SYNC_LOCKED, an error of the disk, or an abort.
 */
export async function syncDocument<T extends SignedDocument>(
  init: SyncInit<T>,
  signal: AbortSignal,
): Promise<SyncResult<T>> {
  return await withSyncLock(init.stateDir, init.name, () => runLocked(init, signal), signal)
}

async function runLocked<T extends SignedDocument>(init: SyncInit<T>, signal: AbortSignal): Promise<SyncResult<T>> {
  const { kind, stateDir, modules, name, job, apply, time = systemTime } = init
  const startedAtMs = time.wallMs()
  // A document that is damaged, or of other operators, is replaced by the first good one.
  const onUnusable = () => {}
  const store = await DocumentStore.open({ kind, stateDir, modules, files: sharedFiles(name), onUnusable })
  await auditLowering(init, store.highest?.version ?? null, startedAtMs)
  const pull = await pullDocument({ ...init, store, nowMs: startedAtMs, signal })
  const { current } = store
  const few = pull.answers >= ENOUGH_ANSWERS ? 0 : (await fewBefore(stateDir, job)) + 1
  const run = {
    startedAtMs,
    few_answers: few,
    degraded: few >= FEW_RUNS ? [FEW_SOURCES] : [],
    document: current && describe(name, current, stateOf(store, pull, startedAtMs)),
  }
  try {
    if (current) await apply?.(current, pull)
  } catch (error) {
    await recordRun(stateDir, job, { ...run, endedAtMs: time.wallMs(), isSuccess: false, code: codeOf(error) })
    throw error
  }
  const ended = { endedAtMs: time.wallMs(), isSuccess: pull.outcome !== 'none', code: pull.code }
  const record = await recordRun(stateDir, job, { ...run, ...ended })
  return { ...pull, current, record }
}

/** `--accept-version` goes against the rule that versions only grow. */
async function auditLowering<T extends SignedDocument>(
  { allowVersion, name, stateDir }: SyncInit<T>,
  highest: number | null,
  atMs: number,
): Promise<void> {
  if (allowVersion === undefined) return
  await audit(stateDir, atMs, {
    action: 'accept-version',
    document: name,
    version: allowVersion,
    highest_seen: highest,
  })
}

async function fewBefore(stateDir: string, job: string): Promise<number> {
  const record = await readJobRecord(stateDir, job).catch(() => null)
  return record?.few_answers ?? 0
}

function stateOf<T extends SignedDocument>(store: DocumentStore<T>, pull: PullResult, nowMs: number): DocumentState {
  const twofold: DocumentState = store.equivocation === null ? 'valid' : 'equivocation'
  // A source that is merely behind the others is none: then one of them offers what is in force, or newer.
  const offered: DocumentState = pull.code === 'DOC_ROLLBACK' ? 'rollback' : 'valid'
  return worstState(store.current ? stateByDates(store.current.document, nowMs) : 'valid', twofold, offered)
}

function describe(
  kind: string,
  { document, sha256 }: VerifiedDocument<SignedDocument>,
  state: DocumentState,
): JobDocument {
  const { version, issued_at, not_after } = document
  return { kind, version, sha256, issued_at, not_after, state }
}

function codeOf(error: unknown): string {
  const code = errorCode(error)
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : 'UNKNOWN'
}
