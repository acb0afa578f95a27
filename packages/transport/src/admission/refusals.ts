import { LruMap } from './lru-map.js'

export interface RefusalLimits {
  readonly failures: number
  readonly withinMs: number
  readonly refuseMs: number
  readonly maxRefuseMs: number
}

interface Record {
  /** When the latest handshakes failed, oldest first; never more than lead to a refusal. */
  failedMs: number[]
  refusedUntilMs: number
  /** Refusals in a row. */
  count: number
}

/** Sources whose handshakes keep failing are refused for a time that doubles: spec transport 10.2. */
export class RefusalBook {
  readonly #limits: RefusalLimits
  readonly #records: LruMap<Record>

  constructor(limits: RefusalLimits, maxEntries: number) {
    this.#limits = limits
    this.#records = new LruMap(maxEntries)
  }

  isRefused(key: string, nowMs: number): boolean {
    return (this.#records.get(key)?.refusedUntilMs ?? Number.NEGATIVE_INFINITY) > nowMs
  }

  /** Notes a failed handshake; returns for how many milliseconds the source is refused from now on, as a rule 0. */
  failed(key: string, nowMs: number): number {
    const record = this.#records.get(key) ?? { failedMs: [], refusedUntilMs: Number.NEGATIVE_INFINITY, count: 0 }
    this.#records.set(key, record)
    record.failedMs = [...record.failedMs.filter((ms) => nowMs - ms < this.#limits.withinMs), nowMs]
    if (record.failedMs.length < this.#limits.failures) return 0
    record.failedMs = []
    return this.#refuse(record, nowMs)
  }

  /** A source that behaved for as long as the longest refusal begins anew. */
  #refuse(record: Record, nowMs: number): number {
    if (nowMs - record.refusedUntilMs > this.#limits.maxRefuseMs) record.count = 0
    const lengthMs = Math.min(this.#limits.maxRefuseMs, this.#limits.refuseMs * 2 ** record.count)
    record.count += 1
    record.refusedUntilMs = nowMs + lengthMs
    return lengthMs
  }
}
