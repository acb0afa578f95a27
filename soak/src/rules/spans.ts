import type { RunData, Sample } from '../analysis/run-data.js'
import { msOf } from '../analysis/times.js'
import type { Digest, DigestEntry } from '../digest/schema.js'

/** Neighbouring items for which something holds, as long as it does. */
export function stretches<T>(items: readonly T[], holds: (item: T, index: number) => boolean): T[][] {
  const found: T[][] = []
  let isOpen = false
  items.forEach((item, index) => {
    const does = holds(item, index)
    if (does && isOpen) found.at(-1)?.push(item)
    else if (does) found.push([item])
    isOpen = does
  })
  return found
}

/** `soak:<run>:<seq>-<seq>`: spec operations 7.3. */
export function soakEvidence(data: RunData, fromSeq: number, toSeq: number): string {
  return `soak:${data.run.run_id}:${fromSeq}-${toSeq}`
}

export function logEvidence(label: string, code: string): string {
  return `log:${label}:${code}`
}

export interface Span {
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly evidence: readonly string[]
}

/** When lines of a log were written: as they say themselves, else some time within the digest. */
export function logTimes(
  digest: Pick<Digest, 'from' | 'to'>,
  entries: readonly Pick<DigestEntry, 'first' | 'last'>[],
): Pick<Span, 'fromMs' | 'toMs'> {
  const firsts = entries.map(({ first }) => msOf(first ?? digest.from))
  const lasts = entries.map(({ last }) => msOf(last ?? digest.to))
  return {
    fromMs: firsts.includes(null) ? null : Math.min(...firsts.flatMap((ms) => ms ?? [])),
    toMs: lasts.includes(null) ? null : Math.max(...lasts.flatMap((ms) => ms ?? [])),
  }
}

/** Time and evidence of a stretch of samples, which is never empty. */
export function spanOf(data: RunData, samples: readonly Sample[]): Span {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last) return { fromMs: null, toMs: null, evidence: [] }
  return { fromMs: first.tsMs, toMs: last.tsMs, evidence: [soakEvidence(data, first.seq, last.seq)] }
}

export function reachableOf(samples: readonly Sample[]): Sample[] {
  return samples.filter(({ reachable }) => reachable)
}

/** A sample that belongs to the first periods of its instance, which say nothing yet; a negative age is none. */
export function isWarmUp({ uptimeS }: Sample, warmUpS: number): boolean {
  return uptimeS !== null && uptimeS >= 0 && uptimeS < warmUpS
}

export function maxOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((most, value) => {
    return value === null || (most !== null && most >= value) ? most : value
  }, null)
}

export function rounded(value: number, digits = 3): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor + 0
}
