import type { RunData } from '../../analysis/run-data.js'
import type { TestResult } from '../../evidence/schema.js'
import type { Finding } from '../../report/schema.js'
import type { FindingId } from '../../rules/types.js'
import type { Component } from '../../run/components.js'
import type { Thresholds } from '../../thresholds/schema.js'

export interface RowContext {
  readonly data: RunData
  readonly thresholds: Thresholds
  readonly findings: readonly Finding[]
  /** By drill id. */
  readonly noticed: ReadonlyMap<string, readonly string[]>
  readonly tests: readonly TestResult[]
  /** Why nothing can rest on the run, in words. */
  readonly undeclared?: readonly string[]
}

/** What one requirement found: evidence where it is met, otherwise why not. */
export interface Answer {
  readonly evidence: readonly string[]
  /** Evidence that is not there; null where it is. */
  readonly missing: string | null
  /** Evidence that contradicts; null where none does. */
  readonly contradicted: string | null
}

export type Requirement = (context: RowContext) => Answer

/** A verdict row: spec operations 8. */
export interface RowDefinition {
  readonly component: Component
  /** What PASS means, where the run says nothing else. */
  readonly claim: string
  /** Whether it rests on the records of the run: then a run with holes cannot prove it. */
  readonly isOfRun: boolean
  /** Findings that touch it: spec operations 7.3. */
  readonly touchedBy: readonly FindingId[]
  readonly requirements: readonly Requirement[]
}
