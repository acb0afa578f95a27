import { type CementVote, type EngineState, type Header, headOf, isNotice, type StepResult } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import type { UndatedEvent } from '../node/inbox.js'
import type { Process } from '../node/process.js'
import type { Violation } from './oracle.js'

/** Windows beyond the head whose votes are kept. */
const WINDOWS_AHEAD = 2

interface Statement {
  readonly kind: 'vote' | 'header'
  readonly window: number
  /** Slot of the statement: whoever signs two contents for it contradicts itself. */
  readonly key: string
  readonly content: string
}

/** Invariant 20: who saw both of two contradicting votes or headers, in one life, keeps them as evidence. */
export class EquivocationOracle {
  /** By process: what its engine has seen in this life. */
  readonly #seen = new Map<string, Map<string, string>>()

  check(process: Process, before: EngineState, event: UndatedEvent, result: StepResult): Violation | undefined {
    const statement = statementOf(before, event)
    if (!statement) return undefined
    const { kind, window, key, content } = statement
    const seen = this.#seen.get(process.name) ?? new Map<string, string>()
    this.#seen.set(process.name, seen)
    const known = seen.get(key)
    if (known === undefined) seen.set(key, content)
    if (known === undefined || known === content || isKept(process, statement, result)) return undefined
    const detail = `${process.name} saw two contradicting ${kind}s and keeps no evidence`
    return { invariant: 20, name: 'Equivocation', window, detail }
  }

  forget(process: Process): void {
    this.#seen.delete(process.name)
  }
}

function isKept({ disk }: Process, { kind, window }: Statement, { effects }: StepResult): boolean {
  const isFound = effects.some(
    (effect) => effect.type === 'evidence' && effect.kind === kind && effect.window === window,
  )
  return isFound || [...disk.evidence.values()].some((pair) => pair.kind === kind && pair.window === window)
}

function statementOf(before: EngineState, event: UndatedEvent): Statement | undefined {
  const head = headOf(before)
  if (event.type === 'vote') {
    const { window } = event.vote
    return window >= head && window <= head + WINDOWS_AHEAD ? ofVote(event.vote) : undefined
  }
  if (event.type !== 'draft') return undefined
  const { envelope, signatures } = event.candidate
  const isOpen = envelope.header.window === head + 1 && signatures.header && !isNotice(envelope.header)
  return isOpen ? ofHeader(envelope.header) : undefined
}

function ofVote({ window, round, phase, nodeId, value }: CementVote): Statement {
  return { kind: 'vote', window, key: `vote/${window}/${round}/${phase}/${toHex(nodeId)}`, content: toHex(value) }
}

function ofHeader({ window, proposerNodeId, prevProposalHash, scope }: Header): Statement {
  const key = `header/${window}/${toHex(proposerNodeId)}/${toHex(prevProposalHash)}`
  return { kind: 'header', window, key, content: toHex(scope) }
}
