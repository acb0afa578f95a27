import { ByteReader } from '@montana/codec'
import type { Effect } from './effects.js'
import type { SignKind } from './events.js'
import type { EngineConfig, EngineState } from './state.js'
import type { VoteState } from './vote/state.js'

type SignRequest = Omit<Extract<Effect, { type: 'sign' }>, 'type' | 'message'> & { message?: Uint8Array }

/** One step in progress: the state so far and the effects in the order in which they must happen. */
export class Run {
  readonly effects: Effect[] = []

  constructor(
    readonly config: EngineConfig,
    public state: EngineState,
    readonly nowMs: number,
  ) {}

  update(change: Partial<EngineState>): void {
    this.state = { ...this.state, ...change }
  }

  updateVote(change: Partial<VoteState>): void {
    this.update({ vote: { ...this.state.vote, ...change } })
  }

  emit(effect: Effect): void {
    this.effects.push(effect)
  }

  isSigning(kind: SignKind, window: number, scope?: Uint8Array): boolean {
    return this.state.signing.has(signingKey(kind, window, scope))
  }

  /** May this node sign anything for `window`? Not when it halted, nor while it may have forgotten what it signed. */
  maySign(window: number): boolean {
    const { halted, signFrom } = this.state
    return !halted && signFrom !== undefined && window >= signFrom
  }

  /** Asks for a signature once; the answer comes back as a `signed` event. */
  sign(request: SignRequest): void {
    const key = signingKey(request.kind, request.window, request.scope)
    if (!this.maySign(request.window) || this.state.signing.has(key)) return
    this.update({ signing: new Set(this.state.signing).add(key) })
    this.emit({ ...request, type: 'sign', message: request.message ?? request.scope })
  }

  doneSigning(kind: SignKind, window: number, scope: Uint8Array): void {
    const signing = new Set(this.state.signing)
    signing.delete(signingKey(kind, window, scope))
    this.update({ signing })
  }
}

/** Votes and proposes are signed once per round and phase, everything else once per window at a time. */
function signingKey(kind: SignKind, window: number, scope: Uint8Array | undefined): string {
  return `${kind}:${window}${scope ? slotOf(kind, scope) : ''}`
}

const VOTE_ROUND_OFFSET = 40
const PROPOSE_ROUND_OFFSET = 8

function slotOf(kind: SignKind, scope: Uint8Array): string {
  if (kind === 'vote') {
    const reader = new ByteReader(scope.subarray(VOTE_ROUND_OFFSET, VOTE_ROUND_OFFSET + 3))
    return `:${reader.u16()}:${reader.u8()}`
  }
  if (kind !== 'propose') return ''
  return `:${new ByteReader(scope.subarray(PROPOSE_ROUND_OFFSET, PROPOSE_ROUND_OFFSET + 2)).u16()}`
}

/** `map` with one more entry, leaving the original as it was. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> {
  return new Map(map).set(key, value)
}
