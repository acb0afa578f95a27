import { type Effect, type OutgoingMessage, PREVOTE } from '@montana/consensus'
import type { Signer } from '@montana/crypto'
import { bytesEqual, type Logger, type TimeSource } from '@montana/foundation'
import type { Store } from '@montana/store'
import type { ProofVerifier } from '@montana/timechain'
import type { WorkCheck } from '../candidate/work-check.js'
import { toStoredEntry } from '../chain/journal.js'
import { writeSignFrom } from '../chain/sign-from.js'
import type { NodeMetrics } from '../metrics.js'
import type { AnchorKeeper } from '../snapshot/keeper.js'
import type { NodeRecord } from '../status/node-record.js'
import type { ClockRunner } from './clock-runner.js'
import type { EvidenceDesk } from './evidence-desk.js'
import type { Failpoint, FailpointPlace } from './failpoint.js'
import type { Fetcher } from './fetcher.js'
import type { IncidentLog } from './incident-log.js'
import type { LoopEvent } from './loop.js'
import type { ProofShelf } from './proof-shelf.js'
import type { Prover } from './prover.js'

/** How messages leave; absent peers are not an error. */
export interface Outbox {
  broadcast(message: OutgoingMessage): void
  send(peerId: string, message: OutgoingMessage): void
}

export interface ExecutorModules {
  readonly store: Store
  readonly clock: ClockRunner
  readonly signer: Signer
  readonly outbox: Outbox
  readonly verifier: ProofVerifier
  readonly shelf: ProofShelf
  readonly prover: Prover
  readonly fetcher: Fetcher
  readonly workCheck: WorkCheck
  readonly evidence: EvidenceDesk
  readonly incidents: IncidentLog
  readonly record: NodeRecord
  readonly metrics: NodeMetrics
  readonly logger: Logger
  readonly time: TimeSource
  readonly failpoint: Failpoint
  readonly anchors: AnchorKeeper
  dispatch(event: LoopEvent): void
  onBehind(peerId: string, window: number): void
  /** A peer sent what no honest node sends. */
  onMisbehaviour(peerId: string, code: string): void
  onFatal(error: unknown): void
}

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>
type Handlers = { readonly [T in Effect['type']]: (effect: EffectOf<T>) => void }

/** Entries of closed windows keep their use for this long: a restart at the head needs those of the head itself. */
const JOURNAL_WINDOWS_KEPT = 4

/** Carries out what the engine wants. Writes are synchronous, so an effect that returned is durable. */
export function createExecutor(modules: ExecutorModules): (effect: Effect) => void {
  const handlers: Handlers = {
    ...ledgerHandlers(modules),
    ...keepingHandlers(modules),
    ...workHandlers(modules),
    ...peerHandlers(modules),
    ...reportHandlers(modules),
  }
  return (effect) => (handlers[effect.type] as (effect: Effect) => void)(effect)
}

function ledgerHandlers({ store, shelf, prover, record, metrics, time, failpoint, anchors }: ExecutorModules) {
  return {
    commit: ({ commit }: EffectOf<'commit'>) => {
      const startedAtMs = time.monotonicMs()
      const appliedAtMs = time.wallMs()
      const { aggregate, registrations: _, admitted: __, ...rest } = commit
      const proof = shelf.proofFor(commit.window, commit.timechainValue)
      const pruneJournalBelow = Math.max(0, commit.window - JOURNAL_WINDOWS_KEPT)
      const freeze = anchors.isAnchor(commit.window)
      store.commit({ ...rest, cba: aggregate, appliedAtMs, pruneJournalBelow, freeze, ...(proof && { proof }) })
      failpoint.hit('after-commit', commit.window)
      prover.windowClosed()
      metrics.commit((time.monotonicMs() - startedAtMs) / 1000)
      metrics.windowApplied()
      record.noteSource(commit.window, shelf.wasGround(commit.window))
      record.noteWindow({ ...commit, appliedAtMs })
    },
    journal: ({ entry }: EffectOf<'journal'>) => {
      store.journal.append(toStoredEntry(entry))
      failpoint.hit('after-journal', entry.window)
      failpoint.hit(placeOf(entry), entry.window)
    },
    certificate: ({ window, bytes }: EffectOf<'certificate'>) => store.certificates.put(window, bytes),
  }
}

function placeOf({ kind, phase }: EffectOf<'journal'>['entry']): FailpointPlace {
  if (kind !== 'vote') return `after-${kind}`
  return phase === PREVOTE ? 'after-prevote' : 'after-precommit'
}

function keepingHandlers({ store, evidence }: ExecutorModules) {
  return {
    evidence: ({ kind, window, ours, theirs }: EffectOf<'evidence'>) => {
      const own = ours ?? store.windowAt(window)?.envelope?.subarray(0, theirs.length)
      if (own && !bytesEqual(own, theirs)) evidence.found(kind, own.slice(), theirs.slice())
    },
    keep: ({ hash, bytes }: EffectOf<'keep'>) => store.objects.put(hash, bytes),
    drop: ({ hash }: EffectOf<'drop'>) => store.objects.delete(hash),
    signFrom: ({ window }: EffectOf<'signFrom'>) => writeSignFrom(store, window),
  }
}

function workHandlers(modules: ExecutorModules) {
  const { clock, signer, verifier, shelf, prover, workCheck, dispatch, onFatal } = modules
  return {
    grind: (effect: EffectOf<'grind'>) => {
      const { window, previous, d } = effect
      clock.grind(
        { window, previous, d },
        (tick) => {
          verifier.remember({ start: previous, end: tick.value, steps: d })
          shelf.noteTick(tick, previous)
          dispatch({ type: 'tick', window, value: tick.value })
        },
        onFatal,
      )
    },
    sign: ({ kind, window, scope, message, draft }: EffectOf<'sign'>) => {
      const signed = (signature: Uint8Array) => {
        dispatch({ type: 'signed', kind, window, scope, signature, ...(draft && { draft }) })
      }
      signer.sign(message).then(signed, onFatal)
    },
    prove: (effect: EffectOf<'prove'>) => prover.prove(effect),
    verifyCandidate: (effect: EffectOf<'verifyCandidate'>) => workCheck.check(effect),
  }
}

function peerHandlers({ outbox, fetcher, record, onBehind }: ExecutorModules) {
  return {
    broadcast: ({ message }: EffectOf<'broadcast'>) => {
      if (message.kind === 'proposal') record.noteSent()
      outbox.broadcast(message)
    },
    send: ({ to, message }: EffectOf<'send'>) => outbox.send(to, message),
    fetch: ({ wanted }: EffectOf<'fetch'>) => fetcher.fetch(wanted),
    behind: ({ from, window }: EffectOf<'behind'>) => onBehind(from, window),
  }
}

function reportHandlers({ record, metrics, logger, incidents, onMisbehaviour }: ExecutorModules) {
  return {
    rejected: ({ from, window, code, bytes }: EffectOf<'rejected'>) => {
      record.noteRejected()
      metrics.rejections.inc({ code })
      incidents.note(code, from, window, bytes)
      onMisbehaviour(from, code)
    },
    finding: ({ code, window, detail }: EffectOf<'finding'>) => {
      record.noteFinding({ code, window, detail })
      metrics.findings.inc({ code })
      logger.error({ code, window, detail }, 'finding')
    },
  }
}
