import type { Counter, Gauge, Histogram, MetricInit, MetricsRegistry } from './metrics.js'

interface Family {
  readonly type: 'counter' | 'gauge'
  readonly help: string
  /** By their labels as text. */
  readonly samples: Map<string, number>
}

/** Of a file that somebody else may have written, bytes. */
const TEXT_MAX_BYTES = 262_144
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (-?[0-9.eE+-]+)$/

/**
 * Metrics of a program that ends: it leaves them as text, and a process that runs shows that text with its own. Counters
 * go on from `before`, what the program left the last time; gauges do not. Spec operations 14.
 */
export class TextMetrics implements MetricsRegistry {
  readonly #families = new Map<string, Family>()
  readonly #before: ReadonlyMap<string, number>

  constructor(before = '') {
    this.#before = new Map(samplesIn(before))
  }

  counter<L extends string>({ name, help }: MetricInit<L>): Counter<L> {
    const samples = this.#family(name, 'counter', help)
    for (const [key, value] of this.#before) if (nameOf(key) === name) samples.set(key.slice(name.length), value)
    return {
      inc: (labels, value = 1) => {
        const key = labelText(labels)
        samples.set(key, (samples.get(key) ?? 0) + value)
      },
    }
  }

  gauge<L extends string>({ name, help }: MetricInit<L>): Gauge<L> {
    const samples = this.#family(name, 'gauge', help)
    return { set: (labels, value) => void samples.set(labelText(labels), value) }
  }

  /** What lasts is counted by those that run on. */
  histogram<L extends string>(): Histogram<L> {
    return { observe: () => {} }
  }

  toString(): string {
    return [...this.#families].map(([name, family]) => familyText(name, family)).join('')
  }

  #family(name: string, type: Family['type'], help: string): Map<string, number> {
    const family: Family = { type, help, samples: new Map() }
    this.#families.set(name, family)
    return family.samples
  }
}

function familyText(name: string, { type, help, samples }: Family): string {
  if (samples.size === 0) return ''
  const lines = [...samples].map(([labels, value]) => `${name}${labels} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** Name with labels, and value, of each line that is a sample; nothing of a text that is too long. */
export function samplesIn(text: string): [string, number][] {
  if (Buffer.byteLength(text) > TEXT_MAX_BYTES) return []
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    return name === undefined || Number.isNaN(Number(value)) ? [] : [[name + labels, Number(value)] as [string, number]]
  })
}

function nameOf(key: string): string {
  return key.split('{')[0] ?? key
}
