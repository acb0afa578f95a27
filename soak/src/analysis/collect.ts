import type { SoakRecord } from '../record/schema.js'
import { intervalsOf } from './intervals.js'
import type { Slot } from './quality.js'
import type { NodeData, Poll, Sample } from './run-data.js'
import { toSample } from './sample.js'

/** Takes records one by one and keeps of each what the rules need; memory is about a tenth of the file. */
export class RecordCollector {
  readonly #polls: Poll[] = []
  readonly #slots: Slot[] = []
  readonly #samples = new Map<string, Sample[]>()
  readonly #configs = new Set<string>()
  readonly #strings = new Map<string, string>()
  #last: SoakRecord | undefined
  #first: SoakRecord | undefined

  add(record: SoakRecord): void {
    this.#first ??= record
    this.#last = record
    this.#configs.add(record.collector.config_sha256)
    this.#polls.push(toPoll(record))
    this.#slots.push({ slot: record.slot, tsMs: Date.parse(record.ts) })
    for (const node of record.nodes) this.#list(node.label).push(this.#shared(toSample(record, node)))
  }

  get first(): SoakRecord | undefined {
    return this.#first
  }

  get last(): SoakRecord | undefined {
    return this.#last
  }

  /** Hashes of the configurations that the records name; a run has one. */
  get configs(): ReadonlySet<string> {
    return this.#configs
  }

  get polls(): readonly Poll[] {
    return this.#polls
  }

  get slots(): readonly Slot[] {
    return this.#slots
  }

  nodes(): NodeData[] {
    return [...this.#samples].map(([label, samples]) => ({ label, samples, intervals: intervalsOf(samples) }))
  }

  #list(label: string): Sample[] {
    const list = this.#samples.get(label) ?? []
    this.#samples.set(label, list)
    return list
  }

  /** Names that come with every record are kept once. */
  #shared(sample: Sample): Sample {
    const { instance, build, phase } = sample
    return { ...sample, instance: this.#once(instance), build: this.#once(build), phase: this.#once(phase) }
  }

  #once(text: string | null): string | null {
    if (text === null) return null
    const known = this.#strings.get(text)
    if (known !== undefined) return known
    this.#strings.set(text, text)
    return text
  }
}

function toPoll({ seq, slot, ts, head, common_window, skew_ms }: SoakRecord): Poll {
  return {
    ...{ seq, slot, tsMs: Date.parse(ts) },
    headWindow: head?.window ?? null,
    headLabel: head?.label ?? null,
    commonWindow: common_window,
    skewMs: skew_ms,
  }
}
