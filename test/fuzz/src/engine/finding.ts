import { createHash } from 'node:crypto'
import type { Breach, Rule } from '../targets/target.js'

export interface Finding {
  readonly target: string
  readonly rule: Rule
  readonly message: string
  /** The innermost line of ours in the trace, without its column; two findings of one place are one. */
  readonly place: string
  readonly input: Uint8Array
  /** Runs of the target before it was met. */
  readonly runs: number
  readonly afterMs: number
}

const OURS = /(packages\/[^/]+|soak|native)\/dist\/[^:)]+:\d+/

export function placeOf(breach: Breach): string {
  for (const stack of [causeStack(breach), breach.stack]) {
    const line = stack?.split('\n').find((frame) => OURS.test(frame))
    if (line) return (OURS.exec(line) as RegExpExecArray)[0]
  }
  return breach.rule
}

function causeStack(breach: Breach): string | undefined {
  return breach.cause instanceof Error ? breach.cause.stack : undefined
}

/** First eight bytes of SHA-256 in hex: the name of an input in a corpus. */
export function inputName(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16)
}
