import type { WitnessSettings } from '../core/api.js'
import type { PostBody, ReadPost } from '../core/types.js'
import type { Scheduler } from './scheduler.js'

export interface SimWitnessRead {
  readonly upMs: number | null
  readonly posts: readonly ReadPost[]
}

/** A dead-drop in memory, with a clock of its own; a slow one is a set of refs without ages. */
export class SimWitness {
  readonly settings: WitnessSettings
  readonly #scheduler: Scheduler
  readonly #posts = new Map<string, { readonly body: PostBody; readonly atMs: number }>()
  #upSinceMs: number
  isUp = true

  /** `ageMs`: for how long it has been up at the start of the world. */
  constructor(settings: WitnessSettings, scheduler: Scheduler, ageMs: number) {
    this.settings = settings
    this.#scheduler = scheduler
    this.#upSinceMs = -ageMs
  }

  post(body: PostBody): void {
    const known = this.#posts.get(body.host)?.body
    if (known && known.bootId === body.bootId && known.sequence >= body.sequence) return
    this.#posts.set(body.host, { body, atMs: this.#scheduler.nowMs })
  }

  read(): SimWitnessRead {
    const { isSlow } = this.settings
    const { nowMs } = this.#scheduler
    const posts = [...this.#posts].map(([host, { body, atMs }]) => ({
      host,
      body,
      ageMs: isSlow ? null : nowMs - atMs,
    }))
    return { upMs: isSlow ? null : nowMs - this.#upSinceMs, posts }
  }

  /** Whether its answers count: S5. */
  get isSettled(): boolean {
    return this.settings.isSlow || this.#scheduler.nowMs - this.#upSinceMs > this.settings.stalenessMs
  }

  /** Memory only: a restarted one has forgotten everything. */
  restart(): void {
    if (!this.settings.isSlow) this.#posts.clear()
    this.#upSinceMs = this.#scheduler.nowMs
    this.isUp = true
  }
}
