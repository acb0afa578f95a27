import { nowMs } from '@montana/chaos/program'
import { type Group, HOSTS } from '@montana/trials'

const LOOK_MS = 100
/** As the unit of the product does: Restart=always, RestartSec=1. */
const RESTART_AFTER_MS = 1_000

/** An agent that ended by itself. */
export interface Death {
  readonly host: string
  readonly atMs: number
}

/** Starts agents that ended by themselves, as a service manager does, and notes that they did. */
export class Manager {
  readonly deaths: Death[] = []
  readonly #group: Group
  /** Hosts that a fault keeps down. */
  readonly #held = new Set<string>()
  readonly #dead = new Map<string, number>()
  readonly #timer: NodeJS.Timeout

  constructor(group: Group) {
    this.#group = group
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
  }

  /** From now on its end is wanted. */
  hold(host: string): void {
    this.#held.add(host)
  }

  /** Starts it. */
  release(host: string): void {
    this.#held.delete(host)
    this.#group.host(host).start()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    for (const host of HOSTS) {
      if (this.#held.has(host) || this.#group.host(host).isRunning) continue
      const diedMs = this.#dead.get(host)
      if (diedMs === undefined) this.#note(host)
      else if (nowMs() > diedMs + RESTART_AFTER_MS) {
        this.#dead.delete(host)
        this.#group.host(host).start()
      }
    }
  }

  #note(host: string): void {
    this.deaths.push({ host, atMs: nowMs() })
    this.#dead.set(host, nowMs())
    this.#group.roles.died(host, Date.now())
  }
}
