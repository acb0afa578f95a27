import { sha256 } from '@montana/codec'
import { toHex } from '@montana/foundation'
import type { ProofClaim } from './claim.js'
import type { ProofVerdict } from './verdict.js'

/** What is kept of a verdict; the claim itself, up to a megabyte, is not. */
interface Remembered {
  readonly verdict: Omit<ProofVerdict, 'source' | 'evidence'>
  readonly arrived: Uint8Array | undefined
}

/** (start, end, steps): what a full check proves, whatever the intermediates. */
export function valueKey({ start, end, steps }: Pick<ProofClaim, 'start' | 'end' | 'steps'>): string {
  return `${toHex(start)}${toHex(end)}${steps}`
}

/** The value with its intermediates. A failure must not be remembered for less: other intermediates may hold. */
export function claimKey(claim: ProofClaim): string {
  return `${valueKey(claim)}/${toHex(sha256(claim.values))}`
}

/** Bounded memory of verdicts, the oldest forgotten first. */
export class VerdictCache {
  readonly #capacity: number
  readonly #byClaim = new Map<string, Remembered>()
  readonly #values = new Set<string>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#byClaim.size + this.#values.size
  }

  isProven(value: string): boolean {
    return this.#values.has(value)
  }

  addProven(value: string): void {
    this.#values.delete(value)
    this.#values.add(value)
    trim(this.#values, this.#capacity)
  }

  /** A failure answers every question; a success those that ask for no more segments than it checked. */
  find(claim: ProofClaim, key: string, asked: number): ProofVerdict | undefined {
    const found = this.#byClaim.get(key)
    if (!found) return undefined
    const { verdict, arrived } = found
    if (verdict.isValid && verdict.segmentsChecked < asked) return undefined
    const { failingSegment } = verdict
    if (failingSegment === undefined || !arrived) return { ...verdict, source: 'claim' }
    return { ...verdict, evidence: { claim, failingSegment, arrived }, source: 'claim' }
  }

  add(key: string, { source: _source, evidence, ...verdict }: ProofVerdict): void {
    this.#byClaim.delete(key)
    this.#byClaim.set(key, { verdict, arrived: evidence?.arrived })
    trim(this.#byClaim, this.#capacity)
  }
}

function trim(entries: Map<string, unknown> | Set<string>, capacity: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= capacity) return
    entries.delete(key)
  }
}
