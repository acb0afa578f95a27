import type { GroupConfig, Profile } from '../types.js'
import { secondsText } from './seconds.js'
import type { Bound } from './types.js'

/** One summand; those of one name are one entry of `termsMs`. */
export interface Term {
  readonly name: string
  readonly ms: number
  readonly text: string
}

export function term(name: string, ms: number, word = name): Term {
  return { name, ms, text: `${word} ${secondsText(ms)}` }
}

/** `3 misses × 1.0` */
export function repeatedTerm(name: string, words: string, count: number, eachMs: number): Term {
  return { name, ms: count * eachMs, text: `${words} × ${secondsText(eachMs)}` }
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** From the last sign of life to the last miss. */
export function detection({ misses, intervalMs, timeoutMs }: Profile): Term[] {
  const missed = repeatedTerm('detect', counted(misses, 'miss', 'misses'), misses, intervalMs)
  return [missed, term('detect', timeoutMs, 'timeout')]
}

export function totalMs(terms: readonly Term[]): number {
  return terms.reduce((sum, { ms }) => sum + ms, 0)
}

export function termTexts(terms: readonly Term[]): string {
  return terms.map(({ text }) => text).join(' + ')
}

export function sumText(terms: readonly Term[]): string {
  return `${termTexts(terms)} = ${secondsText(totalMs(terms))} s`
}

type Subject = Pick<Bound, 'kind' | 'policy' | 'service'>

export function boundOf(subject: Subject, config: GroupConfig, terms: readonly Term[]): Bound {
  const limit = subject.kind === 'survivor' ? 'maxSurvivorRecoveryMs' : 'maxRecoveryMs'
  const termsMs: Record<string, number> = {}
  for (const { name, ms } of terms) termsMs[name] = (termsMs[name] ?? 0) + ms
  const [total, limitMs] = [totalMs(terms), config[limit]]
  return { ...subject, termsMs, totalMs: total, limit, limitMs, formula: sumText(terms), isKept: total < limitMs }
}
