import type { SoakRecord } from '../record/schema.js'
import { intervalsOf } from './intervals.js'
import type { Slot } from './quality.js'
import type { NodeData, Poll, Sample } from './run-data.js'
import { absentSample, toSample } from './sample.js'

/** Takes records one by one and keeps of each what the rules need; memory is about a tenth of the file. */
export class RecordCollector {
  readonly #polls: Poll[] = []
  readonly #slots: Slot[] = []
  readonly #samples = new Map<string, Sample[]>()
  readonly #configs = new Set<string>()
  readonly #runs = new Set<string>()
  readonly #strings = new Map<string, string>()
  #last: SoakRecord | undefined
  #first: SoakRecord | undefined

  add(record: SoakRecord): void {
    this.#polls.push({ ...toPoll(record), clockStepMs: clockStepMs(this.#last, record) })
    this.#first ??= record
    this.#last = record
    this.#configs.add(record.collector.config_sha256)
    this.#runs.add(record.run_id)
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

  /** Runs that the records belong to; a report is of one. */
  get runs(): ReadonlySet<string> {
    return this.#runs
  }

  get polls(): readonly Poll[] {
    return this.#polls
  }

  get slots(): readonly Slot[] {
    return this.#slots
  }

  /** Every node of any record, and those that were `declared`; what a record says nothing of did not answer. */
  nodes(declared: readonly string[] = []): NodeData[] {
    const labels = new Set([...this.#samples.keys(), ...declared])
    return [...labels].map((label) => {
      const bySeq = new Map(this.#samples.get(label)?.map((sample) => [sample.seq, sample]))
      const samples = this.#polls.map((poll) => bySeq.get(poll.seq) ?? absentSample(poll))
      return { label, samples, intervals: intervalsOf(samples) }
    })
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

/** How far the wall clock of the watchdog went beyond its monotonic clock since the record before, of the same boot. */
function clockStepMs(before: SoakRecord | undefined, now: SoakRecord): number | null {
  const { boot_id } = now.collector
  if (!before || boot_id === null || before.collector.boot_id !== boot_id) return null
  return Date.parse(now.ts) - Date.parse(before.ts) - (now.mono_ms - before.mono_ms)
}
