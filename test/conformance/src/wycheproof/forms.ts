import { Fields } from '../fields.js'
import type { Backend, RunContext } from '../types.js'
import type { WycheproofGroup, WycheproofTest } from './schema.js'

/** What became of a test: the implementation accepted it with the right answer, refused it, or gave another answer. */
export type Verdict = 'accepted' | 'refused' | { readonly wrong: string; readonly expected: string }

/** A type of test group. */
export interface GroupForm {
  readonly type: string
  readonly backends: readonly Backend[]
  /** Runs without a post-quantum backend. */
  readonly isSymmetric?: true
  run(test: Fields, group: Fields, context: RunContext): Promise<Verdict> | Verdict
  /** Why this backend cannot run the test, if it cannot. */
  cannotRun?(test: Fields, group: Fields, backend: Backend): string | undefined
  /** What of an otherwise run test is not compared on this backend. */
  remark?(backend: Backend): string | undefined
}

export function fieldsOf(value: WycheproofGroup | WycheproofTest): Fields {
  return new Fields(value)
}

/** `accepted` when both are equal. */
export function sameBytes(what: string, expected: Uint8Array, actual: Uint8Array): Verdict {
  if (Buffer.compare(expected, actual) === 0) return 'accepted'
  return { wrong: `${what} ${hex(actual)}`, expected: `${what} ${hex(expected)}` }
}

function hex(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('hex')
  return text.length > 64 ? `${text.slice(0, 64)}… (${bytes.length} bytes)` : text
}

/** The first verdict that is not `accepted`. */
export function all(...verdicts: readonly Verdict[]): Verdict {
  return verdicts.find((verdict) => verdict !== 'accepted') ?? 'accepted'
}
