import type { OutgoingMessage } from '@montana/consensus'
import { proposalHash } from '@montana/consensus'
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

  noteValue(process: Process, window: number, value: Uint8Array): void {
    const key = `${process.name}/${window}`
    const values = this.#known.get(key) ?? new Set()
    this.#known.set(key, values.add(toHex(value)))
  }

  /** A message leaves an honest process. */
  check(process: Process, message: OutgoingMessage): Violation | undefined {
    const decoded = decodeMessage(message)
    const self = process.init.config.selfNodeId
    switch (decoded.type) {
      case 'confirmation':
        return bytesEqual(decoded.object.nodeId, self) ? this.#confirmation(process, decoded.object) : undefined
      case 'vote': {
        const { nodeId, window, round, phase, value } = decoded.object
        if (!bytesEqual(nodeId, self)) return undefined
        return this.#once(process, { window, kind: 'vote', round, phase }, value)
      }
      case 'envelope': {
        const { header } = decoded.object
        const { window } = header
        const stored = process.disk.commits[window - 1]?.envelope
        const shown = this.#shown.get(process.name) ?? 0
        this.#shown.set(process.name, Math.max(shown, stored ? window : 0))
        const isOwn = bytesEqual(header.proposerNodeId, self)
        const hash = proposalHash(header.scope)
        const twice = isOwn ? this.#once(process, { window, kind: 'header', round: 0, phase: 0 }, hash) : undefined
        if (twice) return twice
        if (message.kind !== 'proposal' || (stored && bytesEqual(stored, message.payload))) return undefined
        return {
          invariant: 11,
          name: 'Durable before visible',
          window,
          detail: `${process.name} shows an envelope that it does not store`,
        }
      }
      default:
        return undefined
    }
  }

  /** After a crash: everything that was shown must still be there. */
  audit(process: Process): Violation | undefined {
    const shown = this.#shown.get(process.name) ?? 0
    if (process.head < shown) {
      const detail = `${process.name} had shown it and starts again at ${process.head}`
      return { invariant: 11, name: 'Durable before visible', window: shown, detail }
    }
    for (const [key, { window, hash }] of this.#visible.get(process.name) ?? []) {
      if (window < process.head) continue
      const stored = process.disk.journal.get(key)
      if (stored && toHex(stored.hash) === hash) continue
      return {
        invariant: 11,
        name: 'Durable before visible',
        window,
        detail: `${process.name} lost ${key} from its journal`,
      }
    }
    return undefined
  }

  #confirmation(process: Process, bc: { window: number; endpoint: Uint8Array }): Violation | undefined {
    const { window, endpoint } = bc
    if (!this.#known.get(`${process.name}/${window}`)?.has(toHex(endpoint))) {
      return {
        invariant: 8,
        name: 'Clock',
        window,
        detail: `${process.name} confirmed a value that it had not computed`,
      }
    }
    return this.#single(process, { window, kind: 'confirmation', round: 0, phase: 0 }, endpoint)
  }

  #once(process: Process, key: Parameters<typeof journalKey>[0], hash: Uint8Array): Violation | undefined {
    const { window } = key
    const twice = this.#single(process, key, hash)
    if (twice) return twice
    const name = journalKey(key)
    const stored = process.disk.journal.get(name)
    const isKept = window >= process.head
    if (isKept && (!stored || !bytesEqual(stored.hash, hash))) {
      return {
        invariant: 11,
        name: 'Durable before visible',
        window,
        detail: `${process.name} shows ${name} before the journal has it`,
      }
    }
    const visible = this.#visible.get(process.name) ?? new Map()
    this.#visible.set(process.name, visible.set(name, { window, hash: toHex(hash) }))
    for (const [old, entry] of visible) if (entry.window < process.head) visible.delete(old)
    return undefined
  }

  #single(process: Process, key: Parameters<typeof journalKey>[0], what: Uint8Array): Violation | undefined {
    const name = `${process.name}/${journalKey(key)}`
    const known = this.#signed.get(name)
    this.#signed.set(name, known ?? toHex(what))
    if (known === undefined || known === toHex(what)) return undefined
    return {
      invariant: 10,
      name: 'Single signature',
      window: key.window,
      detail: `${process.name} signed two for ${journalKey(key)}`,
    }
  }
}
