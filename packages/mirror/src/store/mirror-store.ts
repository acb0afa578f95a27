import { Attempts } from './attempts.js'
import { Audit } from './audit.js'
import type { Database } from './database.js'
import { Events } from './events.js'
import { Jobs } from './jobs.js'
import { Layers } from './layers.js'
import { LeaseRow } from './lease-row.js'
import { macOf } from './mac-key.js'
import { Notes } from './notes.js'
import { Observations } from './observations.js'
import { OwnedNames } from './owned-names.js'
import { Refs } from './refs.js'

/** Set while a reset of the history isolates the mirrors. Spec repository-mirror 3.1 MIRROR_RESET_MODE. */
const PAUSED = 'paused'

/** The tables of `mirror.sqlite`; any number of processes may have it open. Calls throw MirrorError BUSY or STORE_INVALID. */
export class MirrorStore {
  readonly folder: string
  readonly jobs: Jobs
  readonly attempts: Attempts
  readonly layers: Layers
  readonly refs: Refs
  readonly owned: OwnedNames
  readonly lease: LeaseRow
  readonly observations: Observations
  readonly audit: Audit
  readonly events: Events
  readonly notes: Notes
  readonly #database: Database
  readonly #macKey: Uint8Array

  constructor(folder: string, database: Database, macKey: Uint8Array) {
    this.folder = folder
    this.#database = database
    this.#macKey = macKey
    this.jobs = new Jobs(database)
    this.attempts = new Attempts(database)
    this.layers = new Layers(database)
    this.refs = new Refs(database)
    this.owned = new OwnedNames(database)
    this.lease = new LeaseRow(database)
    this.observations = new Observations(database)
    this.audit = new Audit(database)
    this.events = new Events(database)
    this.notes = new Notes(database)
  }

  /** Keyed MAC of a named value: what is remembered of a secret. Never shown, never committed. */
  mac(name: string, value: string): string {
    return macOf(this.#macKey, name, value)
  }

  /** All of `work` or nothing; durable when it returns. */
  transaction<T>(work: () => T): T {
    return this.#database.transaction(work)
  }

  isPaused(): boolean {
    return this.notes.get(PAUSED) !== undefined
  }

  setPaused(reason: string | null): void {
    if (reason === null) this.notes.delete(PAUSED)
    else this.notes.set(PAUSED, reason)
  }

  /** Everything about one target but what the audit and the events say of it. */
  forget(mirror: string): void {
    this.transaction(() => {
      for (const table of [this.jobs, this.attempts, this.layers, this.refs, this.owned]) table.remove(mirror)
    })
  }

  close(): void {
    this.#database.close()
  }
}
