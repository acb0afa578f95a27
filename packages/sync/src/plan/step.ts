import { assign } from './assign.js'
import { Draft } from './draft.js'
import type { PlanEffect, PlanEvent } from './events.js'
import { apply } from './outcomes.js'
import type { Plan } from './state.js'

/** The plan after `event`, and what to do for it. Pure. Events of jobs that are over change nothing. */
export function stepPlan(plan: Plan, event: PlanEvent): { plan: Plan; effects: readonly PlanEffect[] } {
  const draft = new Draft(plan, event.atMs)
  apply(draft, event)
  assign(draft)
  return draft.finish()
}
