import type { Effect, OutgoingMessage } from '@montana/consensus'
import type { Signer } from '@montana/crypto'
import type { Logger, TimeSource } from '@montana/foundation'
import type { Store } from '@montana/store'
import { toStoredEntry } from '../chain/journal.js'
import type { NodeMetrics } from '../metrics.js'
import type { NodeRecord } from '../status/node-record.js'
import type { ClockRunner } from './clock-runner.js'
import type { Failpoint } from './failpoint.js'
import type { LoopEvent } from './loop.js'

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
  readonly record: NodeRecord
  readonly metrics: NodeMetrics
  readonly logger: Logger
  readonly time: TimeSource
  readonly failpoint: Failpoint
  dispatch(event: LoopEvent): void
  onBehind(peerId: string): void
  onFatal(error: unknown): void
}

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>
type Handlers = { readonly [T in Effect['type']]: (effect: EffectOf<T>) => void }

/** Entries of closed windows keep their use for this long: a restart at the head needs those of the head itself. */
const JOURNAL_WINDOWS_KEPT = 4

/** Carries out what the engine wants. Writes are synchronous, so an effect that returned is durable. */
export function createExecutor(modules: ExecutorModules): (effect: Effect) => void {
  const handlers: Handlers = { ...ledgerHandlers(modules), ...workHandlers(modules), ...reportHandlers(modules) }
  return (effect) => (handlers[effect.type] as (effect: Effect) => void)(effect)
}

function ledgerHandlers({ store, record, metrics, time, failpoint }: ExecutorModules) {
  return {
    commit: ({ commit }: EffectOf<'commit'>) => {
      const startedAtMs = time.monotonicMs()
      const appliedAtMs = time.wallMs()
      const { aggregate, ...rest } = commit
      const pruneJournalBelow = Math.max(0, commit.window - JOURNAL_WINDOWS_KEPT)
      store.commit({ ...rest, cba: aggregate, appliedAtMs, pruneJournalBelow })
      failpoint.hit('after-commit', commit.window)
      metrics.commit((time.monotonicMs() - startedAtMs) / 1000)
      metrics.windowApplied()
      record.noteWindow({ ...commit, appliedAtMs })
    },
    journal: ({ entry }: EffectOf<'journal'>) => {
      store.journal.append(toStoredEntry(entry))
      failpoint.hit('after-journal', entry.window)
    },
    certificate: ({ window, bytes }: EffectOf<'certificate'>) => store.certificates.put(window, bytes),
    evidence: ({ kind, window, ours, theirs }: EffectOf<'evidence'>) => {
      const own = ours ?? store.windowAt(window)?.envelope?.subarray(0, theirs.length)
      if (own) store.evidence.put(kind, window, own, theirs)
    },
  }
}

function workHandlers({ clock, signer, outbox, record, dispatch, onFatal }: ExecutorModules) {
  return {
    grind: ({ window, previous, d }: EffectOf<'grind'>) => {
      clock.grind({ window, previous, d }, (tick) => dispatch({ type: 'tick', window, value: tick.value }), onFatal)
    },
    sign: ({ kind, window, scope, message, draft }: EffectOf<'sign'>) => {
      const signed = (signature: Uint8Array) => {
        dispatch({ type: 'signed', kind, window, scope, signature, ...(draft && { draft }) })
      }
      signer.sign(message).then(signed, onFatal)
    },
    broadcast: ({ message }: EffectOf<'broadcast'>) => {
      if (message.kind === 'proposal') record.noteSent()
      outbox.broadcast(message)
    },
    send: ({ to, message }: EffectOf<'send'>) => outbox.send(to, message),
  }
}

function reportHandlers({ record, metrics, logger, onBehind }: ExecutorModules) {
  return {
    rejected: ({ from, window, code }: EffectOf<'rejected'>) => {
      record.noteRejected()
      metrics.rejections.inc({ code })
      logger.warn({ peer: from.slice(-8), window, code }, 'envelope rejected')
    },
    behind: ({ from }: EffectOf<'behind'>) => onBehind(from),
    finding: ({ code, window, detail }: EffectOf<'finding'>) => {
      record.noteFinding({ code, window, detail })
      metrics.findings.inc({ code })
      logger.error({ code, window, detail }, 'finding')
    },
  }
}
