import type { StandClock } from '../clock.js'
import { HttpFailure } from '../errors.js'
import type { WorkflowRecord } from './workflows.js'

export type RunEvent = 'workflow_dispatch' | 'schedule' | 'push'
export type RunConclusion = 'success' | 'failure' | 'cancelled' | 'skipped' | 'timed_out' | 'startup_failure'

export interface Run {
  readonly id: number
  readonly runNumber: number
  readonly workflow: WorkflowRecord
  readonly event: RunEvent
  readonly branch: string
  readonly commit: string
  readonly title: string
  readonly actor: string
  readonly inputs: Readonly<Record<string, string>>
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly status: 'queued' | 'in_progress' | 'completed'
  readonly conclusion: RunConclusion | null
}

export type NewRun = Pick<Run, 'workflow' | 'event' | 'branch' | 'commit' | 'title' | 'actor' | 'inputs'>

/** Above 2^32, as GitHub's are: whoever keeps them in 32 bits fails here too. */
const FIRST_RUN_ID = 11_000_000_001

/** Runs of one repository's workflows. A run stays queued until somebody moves it on: a test, or the workflow runner. */
export class Runs {
  readonly #clock: StandClock
  readonly #runs = new Map<number, Run>()
  readonly #listeners = new Set<(run: Run) => void>()
  readonly #nextId: () => number

  constructor(clock: StandClock, nextId: () => number) {
    this.#clock = clock
    this.#nextId = nextId
  }

  /** Newest first. */
  list(): Run[] {
    return [...this.#runs.values()].reverse()
  }

  get(id: number): Run | undefined {
    return this.#runs.get(id)
  }

  create(run: NewRun): Run {
    const nowMs = this.#clock.nowMs()
    const runNumber = this.list().filter(({ workflow }) => workflow.id === run.workflow.id).length + 1
    const times = { createdAtMs: nowMs, updatedAtMs: nowMs }
    const created: Run = { ...run, ...times, id: this.#nextId(), runNumber, status: 'queued', conclusion: null }
    this.#keep(created)
    return created
  }

  start(id: number): void {
    this.#change(id, { status: 'in_progress' })
  }

  /** A run that has already concluded, by a cancel for instance, keeps its conclusion. */
  complete(id: number, conclusion: RunConclusion): void {
    if (this.get(id)?.status !== 'completed') this.#change(id, { status: 'completed', conclusion })
  }

  /** Throws 409 when it has already concluded. */
  cancel(id: number): void {
    if (this.get(id)?.status === 'completed') {
      throw new HttpFailure(409, 'Cannot cancel a workflow run that is completed.')
    }
    this.#change(id, { status: 'completed', conclusion: 'cancelled' })
  }

  /** Called with each new state of each run; answers a function that ends it. */
  onChange(listener: (run: Run) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  #change(id: number, change: Partial<Run>): void {
    const before = this.#runs.get(id)
    if (before === undefined) throw new HttpFailure(404, 'Not Found')
    this.#keep({ ...before, ...change, updatedAtMs: this.#clock.nowMs() })
  }

  #keep(run: Run): void {
    this.#runs.set(run.id, run)
    for (const listener of this.#listeners) listener(run)
  }
}

/** Ids that grow over all repositories of a stand. */
export function runIds(): () => number {
  let next = FIRST_RUN_ID
  return () => next++
}
