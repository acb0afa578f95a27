import type { RunData } from '../analysis/run-data.js'
import type { Severity } from '../report/schema.js'
import type { Thresholds } from '../thresholds/schema.js'

/** Ids of spec operations 5, in its order. */
export const FINDING_IDS = [
  'F-CRASHLOOP',
  'F-EACCES',
  'F-DISK',
  'F-LAG',
  'F-STALL',
  'F-REGRESS',
  'F-HB-RANGE',
  'F-HB-CONTRA',
  'F-FLAP',
  'F-CLASSICAL',
  'F-STOPTIMEOUT',
  'F-RESOURCE',
  'F-RSS',
  'F-SKEW',
  'F-COVERAGE',
  'F-SHORTRUN',
  'F-PHASE',
  'F-VERDICT',
  'F-FORK',
  'F-UNREACH',
  'F-RESTART',
  'F-LINK',
  'F-CLOCK',
  'F-CHAIN',
  'F-SYNC',
  'F-DOC',
] as const
export type FindingId = (typeof FINDING_IDS)[number]

/** What a rule found, before causes and drills are known. Times are ms since the epoch; null where nothing says. */
export interface RawFinding {
  readonly id: FindingId
  readonly severity: Severity
  readonly node: string | null
  readonly peer: string | null
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly value: number | string | null
  readonly threshold: number | string | null
  readonly evidence: readonly string[]
  readonly text: string
  readonly remedy: string
}

/** What every rule may ask of a run, made once. */
export interface RuleInput {
  readonly data: RunData
  readonly thresholds: Thresholds
  /** Time between two polls, s. */
  readonly periodS: number
  /** Median time between windows at the head, s; null where fewer than two heads were seen. */
  readonly windowPeriodS: number | null
  /** Hours of the rules in one hour of the run. */
  readonly timeScale: number
}

/** Pure: the same run gives the same findings, in the same order. */
export type Rule = (input: RuleInput) => RawFinding[]
