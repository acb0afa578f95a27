import type { History } from '../history/types.js'

export const RULES = [
  ...(['agreement', 'durability', 'evidence', 'order', 'quorum'] as const),
  ...(['ready', 'healing', 'convergence', 'exit', 'halt'] as const),
] as const
export type RuleName = (typeof RULES)[number]

/** Something that must not be in a history. */
export interface Violation {
  readonly rule: RuleName
  readonly message: string
}

export type Rule = (history: History) => Violation[]
