import type { Core, CoreSettings } from './api.js'
import { decide } from './decide.js'
import { heartbeatOf, postOf } from './messages.js'
import { observe } from './observe.js'
import { type CoreState, initialState } from './state.js'

/** The decision core of one host: the same functions in the agent, in `simulate` and in the property tests. */
export function createCore(settings: CoreSettings): Core<CoreState> {
  return {
    initial: (clock) => initialState(settings, clock),
    observe: (state, observation) => observe(state, observation, settings),
    decide: (state, clock) => decide(state, clock, settings),
    heartbeat: (state, receiver, sequence, nowMs) => heartbeatOf(state, settings, receiver, sequence, nowMs),
    post: (state, sequence, nowMs) => postOf(state, settings, sequence, nowMs),
  }
}
