import type { AgentModules, Diagnosis } from './ports.js'

/** Not more often than this for one host: spec three-mirror 5.6. */
const PAUSE_MS = 30_000

/** What else answers on a silent host, for people only; never in the way of a decision. */
export class Diagnoses {
  readonly #diagnose: AgentModules['diagnose']
  readonly #onResult: (host: string, diagnosis: Diagnosis) => void
  readonly #lastMs = new Map<string, number>()

  constructor(diagnose: AgentModules['diagnose'], onResult: (host: string, diagnosis: Diagnosis) => void) {
    this.#diagnose = diagnose
    this.#onResult = onResult
  }

  start(hosts: readonly string[], signal: AbortSignal): void {
    for (const host of hosts) void this.#one(host, signal).catch(() => {})
  }

  async #one(host: string, signal: AbortSignal): Promise<void> {
    const now = performance.now()
    if (!this.#diagnose || now - (this.#lastMs.get(host) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return
    this.#lastMs.set(host, now)
    this.#onResult(host, await this.#diagnose(host, signal))
  }
}
