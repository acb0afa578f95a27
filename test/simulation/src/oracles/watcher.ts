import {
  type CementVote,
  decodeVote,
  type EngineState,
  type JournalEntry,
  type OutgoingMessage,
  type StepResult,
  type WindowCommit,
} from '@montana/consensus'
import { bytesEqual, errorMessage } from '@montana/foundation'
import { type GenesisDocument, genesisHash } from '@montana/ledger'
import { decodeMessage } from '../node/decode.js'
import type { UndatedEvent } from '../node/inbox.js'
import type { Process } from '../node/process.js'
import type { Watch } from '../node/watch.js'
import type { World } from '../world.js'
import { EquivocationOracle } from './equivocation-oracle.js'
import { History } from './history.js'
import { isolationProblem } from './isolation-oracle.js'
import type { Violation } from './oracle.js'
import { QuorumWatch } from './quorum-oracle.js'
import { SignatureLedger } from './signatures-oracle.js'
import { VoteOracle } from './vote-oracle.js'

/** Looks at everything that happens, keeps the first violation. Dishonest processes are not judged. */
export class Watcher implements Watch {
  readonly history: History
  readonly #signatures = new SignatureLedger()
  readonly #quorum: QuorumWatch
  readonly #votes: VoteOracle
  readonly #equivocation = new EquivocationOracle()
  readonly #world: World
  readonly findings: string[] = []
  violation: Violation | undefined

  constructor(document: GenesisDocument, world: World) {
    const { clock, signatures } = world
    this.#world = world
    this.history = new History({ document, clock, signatures, genesisHash: genesisHash(document) })
    this.#quorum = new QuorumWatch(document, this.history)
    this.#votes = new VoteOracle(document, (window) => this.history.standingBefore(window))
  }

  report(violation: Violation | undefined): void {
    this.violation ??= violation
  }

  committed(process: Process, commit: WindowCommit): void {
    if (!process.isHonest) return
    this.#quorum.update(this.#world.processes)
    this.report(this.#quorum.check(commit.window))
    this.report(this.history.add(commit))
  }

  journaled(_: Process, { kind, bytes }: JournalEntry): void {
    if (kind === 'vote') this.#votes.note(decodeVote(bytes))
  }

  sent(process: Process, message: OutgoingMessage): void {
    const vote = process.isHonest ? undefined : ownVote(process, message)
    if (vote) this.#votes.note(vote)
  }

  visible(process: Process, message: OutgoingMessage): void {
    if (!process.isHonest) return
    this.report(this.#signatures.check(process, message))
    const vote = ownVote(process, message)
    if (vote) this.report(this.#votes.check(vote))
  }

  stepped(process: Process, before: EngineState, event: UndatedEvent, result: StepResult): void {
    if (!process.isHonest) return
    this.report(isolationProblem(before, event, result))
    this.report(this.#equivocation.check(process, before, event, result))
  }

  ticked(process: Process, window: number, value: Uint8Array): void {
    this.#signatures.noteValue(process, window, value)
  }

  threw(process: Process, error: unknown): void {
    const detail = `${process.name}: ${errorMessage(error)}`
    this.report({ invariant: 13, name: 'Isolation', window: process.head + 1, detail })
  }

  started(): void {
    this.#quorum.update(this.#world.processes)
  }

  forgot(process: Process): void {
    this.#signatures.forgive(process)
  }

  crashed(process: Process): void {
    this.#equivocation.forget(process)
    if (process.isHonest) this.report(this.#signatures.audit(process))
    this.#quorum.update(this.#world.processes)
  }
}

function ownVote(process: Process, message: OutgoingMessage): CementVote | undefined {
  const decoded = message.kind === 'vote' ? decodeMessage(message) : undefined
  return decoded?.type === 'vote' && bytesEqual(decoded.object.nodeId, process.nodeId) ? decoded.object : undefined
}
