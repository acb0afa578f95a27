import {
  type CementVote,
  type Confirmation,
  type Envelope,
  type Header,
  type OutgoingMessage,
  PRECOMMIT,
  type Propose,
  proposalHash,
  proposeMessage,
  ZERO_HASH,
} from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import { decodeMessage } from '../node/decode.js'
import { journalKey } from '../node/disk.js'
import type { Process } from '../node/process.js'
import type { Violation } from './oracle.js'

/** What a process has signed as its peers saw it, over all its lives: invariants 8, 10 and 11. */
export class SignatureLedger {
  /** process/kind/window/round/phase → what was signed, hex. */
  readonly #signed = new Map<string, string>()
  /** process/window → T_r values that the process computed or verified itself, hex. */
  readonly #known = new Map<string, Set<string>>()
  /** Highest window whose envelope left the process. */
  readonly #shown = new Map<string, number>()
  /** Votes and headers of open windows that left the process: journal key → hash, hex. */
  readonly #visible = new Map<string, Map<string, { readonly window: number; readonly hash: string }>>()

  /** Signed before the journal was lost. Peers hold it, and it may be passed on like anything that they say. */
  readonly #forgotten = new Set<string>()

  noteValue(process: Process, window: number, value: Uint8Array): void {
    const key = `${process.name}/${window}`
    const values = this.#known.get(key) ?? new Set()
    this.#known.set(key, values.add(toHex(value)))
  }

  /** A message leaves an honest process. */
  check(process: Process, message: OutgoingMessage): Violation | undefined {
    const decoded = decodeMessage(message)
    switch (decoded.type) {
      case 'confirmation':
        return bytesEqual(decoded.object.nodeId, process.nodeId)
          ? this.#confirmation(process, decoded.object)
          : undefined
      case 'vote':
        return bytesEqual(decoded.object.nodeId, process.nodeId) ? this.#vote(process, decoded.object) : undefined
      case 'propose':
        return this.#propose(process, decoded.object)
      case 'draft':
        return this.#header(process, decoded.object.header)
      case 'envelope':
        return this.#header(process, decoded.object.header) ?? this.#envelope(process, decoded.object)
      default:
        return undefined
    }
  }

  /** What was shown need not be stored any more; what was signed still must not be contradicted (invariant 22). */
  forgive(process: Process): void {
    this.#shown.delete(process.name)
    this.#visible.delete(process.name)
    for (const name of this.#signed.keys()) if (name.startsWith(`${process.name}/`)) this.#forgotten.add(name)
  }

  /** After a crash: everything that was shown must still be there. */
  audit(process: Process): Violation | undefined {
    const shown = this.#shown.get(process.name) ?? 0
    if (process.head < shown) {
      return notDurable(shown, `${process.name} had shown it and starts again at ${process.head}`)
    }
    for (const [key, { window, hash }] of this.#visible.get(process.name) ?? []) {
      const stored = process.disk.journal.get(key)
      const isKept = window < process.head || (stored && toHex(stored.hash) === hash)
      if (!isKept) return notDurable(window, `${process.name} lost ${key} from its journal`)
    }
    return undefined
  }

  #confirmation(process: Process, { window, endpoint }: Confirmation): Violation | undefined {
    if (!this.#known.get(`${process.name}/${window}`)?.has(toHex(endpoint))) {
      const detail = `${process.name} confirmed a value that it had not computed`
      return { invariant: 8, name: 'Clock', window, detail }
    }
    return this.#single(process, { window, kind: 'confirmation', round: 0, phase: 0 }, endpoint)
  }

  /** A precommit for a value is a lock, which the journal must hold too (spec protocol 11.2 rule 9). */
  #vote(process: Process, { window, round, phase, value }: CementVote): Violation | undefined {
    const twice = this.#once(process, { window, kind: 'vote', round, phase }, value)
    const isLock = phase === PRECOMMIT && round > 0 && !bytesEqual(value, ZERO_HASH) && window > process.head
    if (twice || !isLock || this.#isForgotten(process, { window, kind: 'vote', round, phase })) return twice
    const hasLock = process.disk.journal.has(journalKey({ window, kind: 'lock', round: 0, phase: 0 }))
    return hasLock ? undefined : notDurable(window, `${process.name} shows a precommit before the journal has its lock`)
  }

  /** A Propose does not name its signer; one that others made is only passed on. */
  #propose(process: Process, { window, round, value, scope, signature }: Propose): Violation | undefined {
    const { signer, config } = process.init
    if (!bytesEqual(signature, signer.sign(proposeMessage(config.genesisHash, scope)))) return undefined
    return this.#once(process, { window, kind: 'propose', round, phase: 0 }, value)
  }

  #header(process: Process, { window, scope, proposerNodeId }: Header): Violation | undefined {
    if (!bytesEqual(proposerNodeId, process.nodeId) || isStored(process, window, proposalHash(scope))) return undefined
    return this.#once(process, { window, kind: 'header', round: 0, phase: 0 }, proposalHash(scope))
  }

  #envelope(process: Process, { header: { window }, bytes }: Envelope): Violation | undefined {
    const stored = process.disk.commits[window - 1]?.envelope
    const shown = this.#shown.get(process.name) ?? 0
    if (stored) this.#shown.set(process.name, Math.max(shown, window))
    if (stored && bytesEqual(stored, bytes)) return undefined
    return notDurable(window, `${process.name} shows an envelope that it does not store`)
  }

  #once(process: Process, key: JournalKey, hash: Uint8Array): Violation | undefined {
    const { window } = key
    const twice = this.#single(process, key, hash)
    if (twice || this.#isForgotten(process, key)) return twice
    const name = journalKey(key)
    const stored = process.disk.journal.get(name)
    if (window >= process.head && (!stored || !bytesEqual(stored.hash, hash))) {
      return notDurable(window, `${process.name} shows ${name} before the journal has it`)
    }
    const visible = this.#visible.get(process.name) ?? new Map()
    this.#visible.set(process.name, visible.set(name, { window, hash: toHex(hash) }))
    for (const [old, entry] of visible) if (entry.window < process.head) visible.delete(old)
    return undefined
  }

  #isForgotten(process: Process, key: JournalKey): boolean {
    return this.#forgotten.has(`${process.name}/${journalKey(key)}`)
  }

  #single(process: Process, key: JournalKey, what: Uint8Array): Violation | undefined {
    const name = `${process.name}/${journalKey(key)}`
    const known = this.#signed.get(name)
    this.#signed.set(name, known ?? toHex(what))
    if (known === undefined || known === toHex(what)) return undefined
    const detail = `${process.name} signed two for ${journalKey(key)}`
    return { invariant: 10, name: 'Single signature', window: key.window, detail }
  }
}

/** A window that was cemented with this header holds it as well as the journal would. */
function isStored({ disk }: Process, window: number, hash: Uint8Array): boolean {
  const stored = disk.commits[window - 1]
  return stored !== undefined && bytesEqual(stored.proposalHash, hash)
}

type JournalKey = Parameters<typeof journalKey>[0]

function notDurable(window: number, detail: string): Violation {
  return { invariant: 11, name: 'Durable before visible', window, detail }
}
