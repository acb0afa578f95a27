import type { ChainState, EngineState, ProposerRule } from '@montana/consensus'
import type { GenesisDocument } from '@montana/ledger'
import type { Manifest, Mesh } from '@montana/network'
import type { ReadStore } from '@montana/store'
import type { NodeRecord } from '../status/node-record.js'
import type { Names } from './names.js'

/** What the read routes are answered from: memory, and the store one envelope at a time. */
export interface ReadModules {
  readonly document: GenesisDocument
  readonly genesisHash: Uint8Array
  readonly label: string
  readonly store: ReadStore
  readonly record: NodeRecord
  /** The state that this node speaks of; the store may be ahead of it for a moment. */
  state(): EngineState
  rule(): ProposerRule
  isSynced(): boolean
  /** A snapshot takes the place of the tables: what is not in memory may be gone. */
  isReplacing(): boolean
  mesh(): Mesh | undefined
  manifest(): Manifest | undefined
  names(): Names
  wallMs(): number
  /** A question that could not be answered because of what is stored here. */
  onFault(error: unknown): void
}

export function chainOf(modules: Pick<ReadModules, 'state'>): ChainState {
  return modules.state().chain
}
