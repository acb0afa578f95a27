import type { StandClock } from '../clock.js'
import { INACTIVITY_MS } from '../constants.js'
import { listTree, readBlob, resolveCommit } from '../git/objects.js'
import { readWorkflowFile, type WorkflowFile } from './workflow-file.js'

export type WorkflowState = 'active' | 'deleted' | 'disabled_fork' | 'disabled_inactivity' | 'disabled_manually'

export interface WorkflowRecord {
  readonly id: number
  readonly path: string
  readonly name: string
  readonly state: WorkflowState
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly file: WorkflowFile | undefined
}

export interface WorkflowsInit {
  readonly clock: StandClock
  readonly folder: string
  readonly nextId: () => number
  /** Between the push of a file and its appearance in the list, on the stand's clock. */
  readonly registrationDelayMs: () => number
  /** Only schedules of public repositories stop by themselves. */
  readonly isPublic: () => boolean
}

const FOLDER = '.github/workflows/'
const IS_WORKFLOW = /\.ya?ml$/

/** The workflow files on the tip of the default branch, with the states that outlive their content. */
export class Workflows {
  readonly #init: WorkflowsInit
  readonly #records = new Map<string, WorkflowRecord>()
  readonly #firstSeenMs = new Map<string, number>()
  readonly #contents = new Map<string, string>()
  #lastActivityMs: number
  #tip: string | undefined
  #listed: { readonly tip: string; readonly files: { path: string; oid: string }[] } | undefined
  #refreshed: Promise<void> = Promise.resolve()

  constructor(init: WorkflowsInit) {
    this.#init = init
    this.#lastActivityMs = init.clock.nowMs()
  }

  /** In the order of their ids; files that were pushed less than the delay ago are not there yet. */
  async list(): Promise<WorkflowRecord[]> {
    await this.refresh()
    return [...this.#records.values()].filter(({ state }) => state !== 'deleted')
  }

  /** By id, file name or path. */
  async find(idOrFile: string): Promise<WorkflowRecord | undefined> {
    await this.refresh()
    const byId = [...this.#records.values()].find(({ id }) => String(id) === idOrFile)
    return byId ?? this.#records.get(idOrFile) ?? this.#records.get(FOLDER + idOrFile)
  }

  /** Enabling counts as activity and restarts the 60 days. */
  setState(id: number, state: 'active' | 'disabled_manually'): void {
    const record = [...this.#records.values()].find((other) => other.id === id)
    if (record === undefined) return
    if (state === 'active') this.#lastActivityMs = this.#init.clock.nowMs()
    this.#keep(record, { state })
  }

  /** Takes in what was pushed since the last look. Pushes over http are taken in as they end; others at the next call. */
  refresh(): Promise<void> {
    // One after the other: two that overlap would both register a new file.
    this.#refreshed = this.#refreshed.then(() => this.#look())
    return this.#refreshed
  }

  async #look(): Promise<void> {
    this.#endIdleSchedules()
    const tip = await resolveCommit(this.#init.folder, 'HEAD')
    if (tip !== this.#tip) {
      this.#tip = tip
      this.#lastActivityMs = this.#init.clock.nowMs()
    }
    await this.#register(tip)
  }

  #endIdleSchedules(): void {
    const idleMs = this.#init.clock.nowMs() - this.#lastActivityMs
    if (idleMs < INACTIVITY_MS || !this.#init.isPublic()) return
    for (const record of this.#records.values()) {
      if (record.state === 'active' && record.file?.isScheduled) this.#keep(record, { state: 'disabled_inactivity' })
    }
  }

  async #register(tip: string | undefined): Promise<void> {
    const files = tip === undefined ? [] : await this.#filesOf(tip)
    const paths = new Set(files.map(({ path }) => path))
    for (const record of [...this.#records.values()]) if (!paths.has(record.path)) this.#remove(record)
    for (const { path, oid } of files) if (this.#isDue(path)) await this.#takeIn(path, oid)
  }

  /** A commit lists the same files for ever. */
  async #filesOf(tip: string): Promise<{ path: string; oid: string }[]> {
    if (this.#listed?.tip === tip) return this.#listed.files
    const entries = await listTree(this.#init.folder, tip, FOLDER)
    const files = entries.filter(({ type, path }) => type === 'blob' && IS_WORKFLOW.test(path))
    this.#listed = { tip, files }
    return files
  }

  #isDue(path: string): boolean {
    const nowMs = this.#init.clock.nowMs()
    const firstMs = this.#firstSeenMs.get(path) ?? nowMs
    this.#firstSeenMs.set(path, firstMs)
    return nowMs - firstMs >= this.#init.registrationDelayMs()
  }

  async #takeIn(path: string, oid: string): Promise<void> {
    if (this.#contents.get(path) === oid) return
    this.#contents.set(path, oid)
    const file = readWorkflowFile((await readBlob(this.#init.folder, oid)).toString('utf8'))
    const name = file?.name ?? path
    const known = this.#records.get(path)
    if (known === undefined) this.#add(path, name, file)
    else this.#records.set(path, { ...known, name, file, state: known.state === 'deleted' ? 'active' : known.state })
  }

  #add(path: string, name: string, file: WorkflowFile | undefined): void {
    const nowMs = this.#init.clock.nowMs()
    const times = { createdAtMs: nowMs, updatedAtMs: nowMs }
    this.#records.set(path, { id: this.#init.nextId(), path, name, state: 'active', ...times, file })
  }

  #remove(record: WorkflowRecord): void {
    this.#firstSeenMs.delete(record.path)
    this.#contents.delete(record.path)
    if (record.state !== 'deleted') this.#keep(record, { state: 'deleted' })
  }

  #keep(record: WorkflowRecord, change: Partial<WorkflowRecord>): void {
    this.#records.set(record.path, { ...record, ...change, updatedAtMs: this.#init.clock.nowMs() })
  }
}
