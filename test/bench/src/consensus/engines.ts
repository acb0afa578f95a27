import {
  type ChainState,
  type Effect,
  type EngineConfig,
  type EngineEvent,
  type EngineState,
  engineConfig,
  restoreState,
  step,
  type VerifyPolicy,
} from '@montana/consensus'
import { seededRandom } from '@montana/foundation'
import type { Network } from './network.js'

export interface EngineInit {
  readonly network: Network
  /** S_0, possibly with more accounts than the genesis document gives. */
  readonly chain: ChainState
  readonly selfNodeId: Uint8Array
  readonly verify: VerifyPolicy
}

/** One engine and what `step` made of it so far. */
export class Engine {
  readonly #config: EngineConfig
  #state: EngineState

  constructor({ network, chain, selfNodeId, verify }: EngineInit) {
    const { document, genesisHash } = network
    this.#config = engineConfig(document, {
      genesisHash,
      selfNodeId,
      minWindowMs: 0,
      verify,
      random: seededRandom(1),
    })
    const empty = { headEnvelope: undefined, recent: new Map(), journal: [], registrations: [] }
    this.#state = restoreState({ ...empty, chain, signFrom: 1 }, 0)
  }

  get chain(): ChainState {
    return this.#state.chain
  }

  get head(): number {
    return this.chain.context.window
  }

  /** Effects in order, and when the engine wants to be woken, virtual ms. */
  step(event: EngineEvent): { effects: readonly Effect[]; wakeAtMs: number | undefined } {
    const { state, effects, wakeAtMs } = step(this.#config, this.#state, event)
    this.#state = state
    return { effects, wakeAtMs }
  }
}
