import { type PlanOptions, ROTATION_AND_VOTE } from '../plan/plan.js'

/** Circumstances in which certain rules carry the weight. Runs are short: a bug that bites here bites soon. */

/** A slot holder that proposes against everybody's locks, and a network that leaves members locked apart. */
export const RIVAL: PlanOptions = {
  windows: 24,
  hint: {
    faults: ['byzantine', 'loss', 'straggle', 'crash'],
    behaviours: ['rival-draft', 'nil-voter'],
    rules: ROTATION_AND_VOTE,
    links: { loss: 0.3 },
  },
}

/** The same with a claim that a quorum was for it. */
export const PROVEN_RIVAL: PlanOptions = {
  ...RIVAL,
  hint: { ...RIVAL.hint, behaviours: ['proven-rival', 'nil-voter'] },
}

/** … and members that restart in the middle of a vote. */
export const RIVAL_AND_RESTARTS: PlanOptions = {
  ...RIVAL,
  hint: { ...RIVAL.hint, faults: ['byzantine', 'loss', 'straggle', 'crash-between-effects'], crashPerEffect: 0.02 },
}

/** Restarts while much is signed. */
export const RESTARTS: PlanOptions = {
  windows: 24,
  hint: { faults: ['loss', 'crash-between-effects'], rules: ROTATION_AND_VOTE, crashPerEffect: 0.01 },
}

/** Restarts of which some lose the signature journal. */
export const FORGETFUL_RESTARTS: PlanOptions = {
  ...RESTARTS,
  hint: { ...RESTARTS.hint, faults: ['loss', 'straggle', 'crash-between-effects', 'amnesia'], links: { loss: 0.3 } },
}

/** One member lies in this way, and nothing else goes wrong. */
export function lying(...behaviours: string[]): PlanOptions {
  return { windows: 24, hint: { faults: ['byzantine'], behaviours, rules: ROTATION_AND_VOTE } }
}

/** Most of what is said is lost, until the faults end. */
export const HEAVY_LOSS: PlanOptions = {
  windows: 36,
  hint: { faults: ['loss', 'partition', 'one-way', 'straggle'], rules: ROTATION_AND_VOTE, links: { loss: 0.5 } },
}
