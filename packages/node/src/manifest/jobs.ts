import { createJobMetrics, type DocumentState, type JobMetrics, type JobRecord, readJobRecords } from '@montana/fleet'
import type { MetricsRegistry } from '@montana/foundation'
import type { NodeStatus } from '../status/schema.js'

/** What sync jobs on this host say of themselves, for the status page and metrics: spec operations 2. */
export class JobsSeen {
  readonly #stateDir: string
  readonly #metrics: JobMetrics
  #records: readonly JobRecord[] = []

  constructor(stateDir: string, registry: MetricsRegistry) {
    this.#stateDir = stateDir
    this.#metrics = createJobMetrics(registry)
  }

  /** Reads the records again. Never rejects: a job that left none is no fault of the node. */
  async refresh(): Promise<void> {
    const before = new Map(this.#records.map((record) => [record.job, record]))
    this.#records = await readJobRecords(this.#stateDir)
    for (const record of this.#records) this.#publish(record, before.get(record.job))
  }

  get jobs(): NodeStatus['jobs'] {
    return this.#records.map(({ job, last_success, last_attempt, code }) => ({ job, last_success, last_attempt, code }))
  }

  get degraded(): string[] {
    return [...new Set(this.#records.flatMap(({ degraded }) => degraded))]
  }

  /** The document of a kind that a job on this host keeps; null where none does. */
  document(kind: string): NodeStatus['roster'] {
    const found = this.#records.find(({ document }) => document?.kind === kind)?.document
    if (!found) return null
    const { version, sha256, not_after, state } = found
    return { version, sha256, not_after, state }
  }

  /** How the document of a kind stands by what its job was offered. */
  state(kind: string): DocumentState {
    return this.#records.find(({ document }) => document?.kind === kind)?.document?.state ?? 'valid'
  }

  #publish({ job, last_success, last_attempt, runs, duration_ms }: JobRecord, before: JobRecord | undefined): void {
    if (last_success !== null) this.#metrics.lastSuccess.set({ job }, Date.parse(last_success) / 1000)
    for (const result of ['ok', 'failed'] as const) {
      const more = runs[result] - (before?.runs[result] ?? 0)
      if (more > 0) this.#metrics.runs.inc({ job, result }, more)
    }
    if (before && before.last_attempt !== last_attempt) this.#metrics.seconds.observe({ job }, duration_ms / 1000)
  }
}
