import type { EngineState, JournalEntry, OutgoingMessage, StepResult, WindowCommit } from '@montana/consensus'
import type { UndatedEvent } from './inbox.js'
import type { Process } from './process.js'

/** What the oracles get to see while a network runs. */
export interface Watch {
  /** The commit is on disk. */
  committed(process: Process, commit: WindowCommit): void
  /** The entry is on disk. */
  journaled(process: Process, entry: JournalEntry): void
  /** What really goes to a peer; of a dishonest process, not what its engine made. */
  sent(process: Process, message: OutgoingMessage): void
  /** A message leaves the process: from now on any peer may have it. */
  visible(process: Process, message: OutgoingMessage): void
  /** The engine made a step; its effects are not carried out yet. */
  stepped(process: Process, before: EngineState, event: UndatedEvent, result: StepResult): void
  /** The process itself computed T_r(window), or checked it against a proof. */
  ticked(process: Process, window: number, value: Uint8Array): void
  /** The engine or the disk threw: no input may ever do that. */
  threw(process: Process, error: unknown): void
  /** A process came up. */
  started(): void
  /** The disk of the process, which is down, lost its journal or everything; what was promised of it is void. */
  forgot(process: Process): void
  /** The process died; what its disk holds now is what it will start from. */
  crashed(process: Process): void
}
