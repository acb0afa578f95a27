import type { Epoch } from '../epoch.js'
import type { PolicySettings } from './api.js'
import type { Letter, PolicyState } from './state.js'
import type { Effect } from './types.js'
import type { View } from './view.js'

/** One turn of one policy. Steps return the next state of the policy and add effects and the cause of a change here. */
export interface PolicyTurn {
  readonly view: View
  readonly policy: PolicySettings
  /** D1 in this turn. */
  readonly isStalled: boolean
  readonly letters: readonly Letter[]
  readonly effects: Effect[]
  cause: Cause | null
  /** Highest epoch known for this policy, own tenures of this turn included. */
  highest: Epoch
}

export interface Cause {
  readonly rule: string
  readonly reason: string
}

export type Step = (turn: PolicyTurn, own: PolicyState) => PolicyState

export function alert(turn: PolicyTurn, code: string, text: string): void {
  turn.effects.push({ kind: 'alert', code, policy: turn.policy.name, text })
}
