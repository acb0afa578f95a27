import { bytesEqual } from '@montana/foundation'
import type { TimechainProofItem } from '@montana/network'
import type { ReadStore } from '@montana/store'
import {
  decodeTimechainProof,
  encodeTimechainProof,
  itemOfProof,
  MIN_PROOF_SEGMENTS,
  type Tick,
  type TimechainProof,
  thinProof,
} from '@montana/timechain'

/** A window whose every step this node has done itself, or seen done. */
interface Known {
  readonly previous: Uint8Array
  readonly value: Uint8Array
  readonly proof: TimechainProof
}

/** Proofs that this node can give: the window that is open from memory, cemented ones from the store (spec protocol 3.3). */
export class ProofShelf {
  readonly #store: ReadStore
  #open: Known | undefined
  #ground = 0

  constructor(store: ReadStore) {
    this.#store = store
  }

  /** Whether the own clock finished `window`; asked when it is cemented. */
  wasGround(window: number): boolean {
    return this.#ground === window
  }

  noteTick({ window, d, value, checkpoints }: Tick, previous: Uint8Array): void {
    this.#ground = window
    // Windows of fewer steps than a proof has segments have no proof.
    if (d < MIN_PROOF_SEGMENTS) return
    this.note({ window, d, values: checkpoints }, previous, value)
  }

  note(proof: TimechainProof, previous: Uint8Array, value: Uint8Array): void {
    this.#open = { proof, previous, value }
  }

  /** What to store with a window that is being cemented: only where it is the one that was ground or verified. */
  proofFor(window: number, value: Uint8Array): Uint8Array | undefined {
    const open = this.#open
    if (!open || open.proof.window !== window || !bytesEqual(open.value, value)) return undefined
    return encodeTimechainProof(open.proof)
  }

  /** Cut to at most `maxSegments`; undefined where there is none. */
  itemOf(window: number, maxSegments: number): TimechainProofItem | undefined {
    const known = this.#open?.proof.window === window ? this.#open : this.#stored(window)
    const thin = known && thinProof(known.proof, maxSegments)
    return thin && itemOfProof(thin, known.previous, known.value)
  }

  #stored(window: number): Known | undefined {
    const bytes = this.#store.proofs.get(window)
    const [before, at] = this.#store.history(window - 1, window)
    if (!bytes || !before || !at || at.window !== window) return undefined
    return { proof: decodeTimechainProof(bytes), previous: before.timechainValue, value: at.timechainValue }
  }
}
