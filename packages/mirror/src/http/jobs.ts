import { randomUUID } from 'node:crypto'
import { errorCode, MontanaError, type TimeSource } from '@montana/foundation'
import type { Job } from '../contracts/store.js'
import type { Ticket } from '../queue/enqueue.js'
import type { MirrorStore } from '../store/mirror-store.js'
import { EVENTS_MAX } from './constants.js'
import { Remembered } from './remembered.js'

export type JobKind = 'sync' | 'promote' | 'demote' | 'remove' | 'add'
/** `interrupted`: the process that did it has ended. */
export type JobState = 'pending' | 'running' | 'done' | 'blocked' | 'failed' | 'interrupted'

interface JobEntry {
  readonly id: string
  readonly kind: JobKind
  /** Whose role changes or who goes; null of a sync, and of a target that is not there yet. */
  readonly mirror?: string | null
  readonly atMs: number
  readonly tickets: readonly Ticket[]
  /** Newest event when it began: what happened since may be of it. */
  readonly sinceEvent?: number
  /** Of a role change; that of a sync is what its layers say. */
  readonly state: JobState | null
  readonly result: unknown
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string | null } | null
}

export interface JobStep {
  readonly kind: string
  readonly step: string
  readonly outcome: string
  readonly code: string | null
  readonly message: string | null
}

export interface JobView extends Omit<JobEntry, 'tickets' | 'id' | 'state' | 'mirror' | 'sinceEvent'> {
  readonly jobId: string
  readonly mirror: string | null
  readonly state: JobState
  /** Of a role change, as far as it has come. */
  readonly steps: readonly JobStep[]
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
  start(kind: Exclude<JobKind, 'sync'>, mirror: string | null, work: () => Promise<unknown>): string {
    const entry = this.#add(kind, [], 'running', mirror)
    const run = this.#run(entry, work).finally(() => this.#running.delete(entry.id))
    run.catch(() => {})
    this.#running.set(entry.id, run)
    return entry.id
  }

  view(id: string): JobView | undefined {
    const entry = this.#entries.get(id)
    return entry && this.#view(entry)
  }

  /** What runs or waits, oldest first, so that every page shows it, whoever asked for it. */
  open(): readonly JobView[] {
    const maybe = this.#entries.all().filter(({ state }) => state === null || state === 'running')
    return maybe.map((entry) => this.#view(entry)).filter(({ state }) => state === 'pending' || state === 'running')
  }

  /** Resolves when nothing that was started here runs any more. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  #view(entry: JobEntry): JobView {
    const layers = entry.tickets.map((ticket) => this.#layer(ticket))
    const { tickets, id: jobId, state: kept, mirror = null, sinceEvent, ...rest } = entry
    const own = kept === 'running' && !this.#running.has(jobId) ? 'interrupted' : kept
    const state = own ?? summed(layers.map(({ state }) => state))
    return { ...rest, jobId, mirror, state, layers, steps: this.#steps(entry) }
  }

  #add(kind: JobKind, tickets: readonly Ticket[], state: JobState | null, mirror: string | null = null): JobEntry {
    const { store, time } = this.#modules
    const begun = { atMs: time.wallMs(), sinceEvent: store.events.lastId() }
    const entry = { id: randomUUID(), kind, mirror, ...begun, tickets, state, result: null, error: null }
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

  /** From the events, which a restart finds too. */
  #steps({ kind, mirror, sinceEvent }: JobEntry): readonly JobStep[] {
    if ((kind !== 'promote' && kind !== 'demote') || sinceEvent === undefined) return []
    const events = this.#modules.store.events.after(sinceEvent, EVENTS_MAX)
    const own = events.filter((event) => event.kind === 'role' && event.mirror === mirror && event.data.action === kind)
    return own.map(({ data }) => stepOf(data))
  }

  #layer({ mirror, layer, seq }: Ticket): JobView['layers'][number] {
    const job = this.#modules.store.jobs.get(mirror, layer)
    const state = stateOf(job, seq)
    const isOpen = state === 'pending' || state === 'blocked'
    const why = state === 'done' ? null : (job?.lastErrorCode ?? null)
    return { mirror, layer, state, nextMs: isOpen ? (job?.nextAttemptAtMs ?? null) : null, lastErrorCode: why }
  }
}

function stepOf(data: Readonly<Record<string, unknown>>): JobStep {
  const text = (name: string) => (typeof data[name] === 'string' ? data[name] : null)
  const { kind, step, outcome } = { kind: text('kind'), step: text('step'), outcome: text('outcome') }
  return { kind: kind ?? 'do', step: step ?? '', outcome: outcome ?? '', code: text('code'), message: text('message') }
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
