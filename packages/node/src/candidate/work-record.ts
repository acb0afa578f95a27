import { ByteReader, u64le } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import { decodeNodeRegistration, type NodeRegistration } from '@montana/ledger'
import type { Store } from '@montana/store'
import { CandidateChain, decodeStretch, encodeStretch, type Stretch } from '@montana/timechain'
import { seedOf } from '../chain/clock-history.js'

const START = 'candidate-start'
const REGISTRATION = 'candidate-registration'
const LENGTH_BYTES = 4

/** A registration that was sent, with the proof of its work. */
export interface SentRegistration {
  readonly registration: NodeRegistration
  /** CandidateProof, encoded. */
  readonly proof: Uint8Array
}

/** The durable side of a candidacy: where its chain began, the work done, and the registration that was sent. */
export class WorkRecord {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** The chain as far as it was stored; undefined where none was begun, or its beginning is not in this store. */
  chain(nodeId: Uint8Array): CandidateChain | undefined {
    const start = this.#store.notes.get(START)
    const wStart = start && new ByteReader(start).u64AsNumber()
    const seed = wStart === undefined ? undefined : seedOf(this.#store, wStart, nodeId)
    if (wStart === undefined || !seed) return undefined
    const stretches = [...this.#store.work.list()].map(decodeStretch)
    return new CandidateChain({ seed, wStart, stretches })
  }

  /** A new chain from `wStart`; what was there before is gone. */
  begin(wStart: number, nodeId: Uint8Array): CandidateChain | undefined {
    const seed = seedOf(this.#store, wStart, nodeId)
    if (!seed) return undefined
    this.clear()
    this.#store.notes.put(START, u64le(wStart))
    return new CandidateChain({ seed, wStart })
  }

  append(stretch: Stretch): void {
    this.#store.work.append(encodeStretch(stretch))
  }

  sent(): SentRegistration | undefined {
    const bytes = this.#store.notes.get(REGISTRATION)
    if (!bytes) return undefined
    const reader = new ByteReader(bytes)
    const registration = decodeNodeRegistration(reader.bytes(reader.u32()))
    return { registration, proof: reader.bytes(reader.remaining) }
  }

  putSent({ registration, proof }: SentRegistration): void {
    const { bytes } = registration
    const length = new Uint8Array(LENGTH_BYTES)
    new DataView(length.buffer).setUint32(0, bytes.length, true)
    this.#store.notes.put(REGISTRATION, concatBytes(length, bytes, proof))
  }

  /** A refused registration goes; the work stays and is extended. */
  clearSent(): void {
    this.#store.notes.delete(REGISTRATION)
  }

  clear(): void {
    this.#store.work.clear()
    this.#store.notes.delete(START)
    this.#store.notes.delete(REGISTRATION)
  }
}
