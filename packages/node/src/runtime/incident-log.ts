import { errorCode, type Logger, type TimeSource } from '@montana/foundation'
import type { IncidentCount, IncidentNote, Store } from '@montana/store'
import type { DiskGate } from './disk-gate.js'

/** Distinct (code, peer) pairs held between two flushes. */
const PENDING_MAX = 256
/** Counted, and no warning: re-sending is a duty (spec protocol 10.3), and every restart brings some of them. */
const HARMLESS: ReadonlySet<string> = new Set(['DuplicateConfirmation', 'StaleConfirmation'])

export interface IncidentLogModules {
  readonly store: Store
  readonly disk: Pick<DiskGate, 'attempt' | 'isFull'>
  readonly time: TimeSource
  readonly logger: Logger
  /** Once per incident. */
  onIncident(code: string): void
}

/**
 * What peers did wrong, counted by code and peer. Written at intervals: one transaction per message would hand a flooder
 * the disk.
 */
export class IncidentLog {
  readonly #modules: IncidentLogModules
  readonly #pending = new Map<string, IncidentCount>()

  constructor(modules: IncidentLogModules) {
    this.#modules = modules
  }

  note(code: string, peer: string, window: number, sample?: Uint8Array): void {
    this.#modules.onIncident(code)
    const key = `${code} ${peer}`
    const known = this.#pending.get(key)
    if (!known && this.#pending.size >= PENDING_MAX) return
    const note = { code, peer, window, atMs: this.#modules.time.wallMs(), ...(sample && { sample: sample.slice() }) }
    this.#pending.set(key, {
      note: known && !sample ? { ...note, ...sampleOf(known) } : note,
      count: (known?.count ?? 0) + 1,
    })
    if (!known) this.#say({ code, peer: peer.slice(-8), window })
  }

  #say(incident: { readonly code: string; readonly peer: string; readonly window: number }): void {
    const { logger } = this.#modules
    if (HARMLESS.has(incident.code)) logger.debug(incident, 'said again or late')
    else logger.warn(incident, 'peer refused')
  }

  /**
   * Makes what was noted durable; what the store refuses is kept for the next time. Never throws: it is called on the way
   * out too.
   */
  flush(): void {
    const { store, disk, logger } = this.#modules
    if (this.#pending.size === 0 || disk.isFull) return
    try {
      disk.attempt(() => {
        store.incidents.noteAll(this.#pending.values())
        this.#pending.clear()
      })
    } catch (error) {
      logger.warn({ code: errorCode(error), pending: this.#pending.size }, 'incidents could not be stored')
    }
  }
}

function sampleOf({ note }: IncidentCount): Pick<IncidentNote, 'sample'> {
  return note.sample ? { sample: note.sample } : {}
}
