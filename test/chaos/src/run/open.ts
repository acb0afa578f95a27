import { createLoopback, createNamespaces, type TrialNetwork } from '@montana/netns'
import { LABELS, type Label } from '../mesh/constants.js'
import type { Ability } from '../plan/kinds.js'
import type { Kind, Plan } from '../plan/types.js'

const SUBNETS = 250

/** A machine for each node. Names and addresses carry the id of this process: runs side by side do not meet. */
export function openNetwork(lacks: ReadonlyMap<Ability, string>): TrialNetwork {
  if (lacks.has('namespaces')) return createLoopback(LABELS, (process.pid % SUBNETS) + 1)
  return createNamespaces(LABELS, String(process.pid))
}

/** Of each fault of the plan. */
export function kindsOf({ steps }: Plan): Kind[] {
  return steps.flatMap(({ faults }) => faults.map(({ kind }) => kind))
}

/** Whom the plan hits with one kind of fault. */
export function targetsOf({ steps }: Plan, kind: Kind): Label[] {
  const faults = steps.flatMap((step) => step.faults).filter((fault) => fault.kind === kind)
  return [...new Set(faults.flatMap(({ targets }) => targets))]
}
