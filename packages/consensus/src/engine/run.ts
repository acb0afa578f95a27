import type { Effect } from './effects.js'
import type { SignKind } from './events.js'
import type { EngineConfig, EngineState } from './state.js'

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

  emit(effect: Effect): void {
    this.effects.push(effect)
  }

  isSigning(kind: SignKind, window: number): boolean {
    return this.state.signing.has(signingKey(kind, window))
  }

  /** Asks for a signature once; the answer comes back as a `signed` event. A halted node signs nothing. */
  sign(request: Omit<Extract<Effect, { type: 'sign' }>, 'type' | 'message'> & { message?: Uint8Array }): void {
    if (this.state.halted || this.isSigning(request.kind, request.window)) return
    this.update({ signing: new Set(this.state.signing).add(signingKey(request.kind, request.window)) })
    this.emit({ ...request, type: 'sign', message: request.message ?? request.scope })
  }

  doneSigning(kind: SignKind, window: number): void {
    const signing = new Set(this.state.signing)
    signing.delete(signingKey(kind, window))
    this.update({ signing })
  }
}

function signingKey(kind: SignKind, window: number): string {
  return `${kind}:${window}`
}

/** `map` with one more entry, leaving the original as it was. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> {
  return new Map(map).set(key, value)
}
