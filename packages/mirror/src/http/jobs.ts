import { randomUUID } from 'node:crypto'
import { errorCode, MontanaError, type TimeSource } from '@montana/foundation'
import type { Job } from '../contracts/store.js'
import type { Ticket } from '../queue/enqueue.js'
import type { MirrorStore } from '../store/mirror-store.js'
import { Remembered } from './remembered.js'

export type JobKind = 'sync' | 'promote' | 'demote' | 'remove'
/** `interrupted`: the process that did it has ended. */
export type JobState = 'pending' | 'running' | 'done' | 'blocked' | 'failed' | 'interrupted'

interface JobEntry {
  readonly id: string
  readonly kind: JobKind
  readonly atMs: number
  readonly tickets: readonly Ticket[]
  /** Of a role change; that of a sync is what its layers say. */
  readonly state: JobState | null
  readonly result: unknown
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string | null } | null
}

export interface JobView extends Omit<JobEntry, 'tickets' | 'id' | 'state'> {
  readonly jobId: string
  readonly state: JobState
  readonly layers: readonly {
    readonly mirror: string
    readonly layer: string
    readonly state: JobState
    readonly nextMs: number | null
    readonly lastErrorCode: string | null
  }[]
}

interface Modules {
  readonly store: MirrorStore
  readonly time: TimeSource
}

/** What was asked for over HTTP, under an id that a page can ask for after a reload. */
export class HttpJobs {
  readonly #modules: Modules
  readonly #entries: Remembered<JobEntry>
  readonly #running = new Map<string, Promise<void>>()

  constructor(modules: Modules) {
    this.#modules = modules
    this.#entries = new Remembered(modules.store, 'http-jobs')
  }

  /** All of it or nothing: a job that nobody can ask for was not queued. */
  queue(enqueue: () => readonly Ticket[]): string {
    return this.#modules.store.transaction(() => this.#add('sync', enqueue(), null).id)
  }

  /** Begins at once, and goes on when the client has left. */
  start(kind: Exclude<JobKind, 'sync'>, work: () => Promise<unknown>): string {
    const entry = this.#add(kind, [], 'running')
    const run = this.#run(entry, work).finally(() => this.#running.delete(entry.id))
    run.catch(() => {})
    this.#running.set(entry.id, run)
    return entry.id
  }

  view(id: string): JobView | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    const layers = entry.tickets.map((ticket) => this.#layer(ticket))
    const { tickets, id: jobId, state: kept, ...rest } = entry
    const own = kept === 'running' && !this.#running.has(id) ? 'interrupted' : kept
    return { ...rest, jobId, state: own ?? summed(layers.map(({ state }) => state)), layers }
  }

  /** Resolves when nothing that was started here runs any more. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  #add(kind: JobKind, tickets: readonly Ticket[], state: JobState | null): JobEntry {
    const atMs = this.#modules.time.wallMs()
    const entry = { id: randomUUID(), kind, atMs, tickets, state, result: null, error: null }
    this.#entries.put(entry)
    return entry
  }

  async #run(entry: JobEntry, work: () => Promise<unknown>): Promise<void> {
    try {
      const result = (await work()) ?? null
      this.#entries.put({ ...entry, state: 'done', result })
    } catch (error) {
      this.#entries.put({ ...entry, state: 'failed', error: shownError(error) })
    }
  }

  #layer({ mirror, layer, seq }: Ticket): JobView['layers'][number] {
    const job = this.#modules.store.jobs.get(mirror, layer)
    const state = stateOf(job, seq)
    const isOpen = state === 'pending' || state === 'blocked'
    const why = state === 'done' ? null : (job?.lastErrorCode ?? null)
    return { mirror, layer, state, nextMs: isOpen ? (job?.nextAttemptAtMs ?? null) : null, lastErrorCode: why }
  }
}

/** What is not an error of ours may say anything, so it is told to nobody. */
function shownError(error: unknown): NonNullable<JobEntry['error']> {
  if (!(error instanceof MontanaError)) return { code: errorCode(error), message: 'internal error', remedy: null }
  const { code, message, remedy = null } = error
  return { code, message, remedy }
}

/** A target that was removed needs nothing more. */
function stateOf(job: Job | undefined, seq: number): JobState {
  if (job === undefined || job.doneSeq >= seq || job.state === 'idle') return 'done'
  return job.state
}

function summed(states: readonly JobState[]): JobState {
  const first = (['running', 'pending', 'blocked'] as const).find((state) => states.includes(state))
  return first ?? 'done'
}
