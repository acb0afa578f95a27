import type { SourcePatch } from '../instrument/hook.js'
import type { Rule } from '../targets/target.js'

/** What the process of one group is asked to do. */
export interface ChildJob {
  readonly group: string
  /** Names of targets; all of the group where it is empty. */
  readonly only: readonly string[]
  readonly seconds: number
  readonly seed: number
  readonly minimize: boolean
  readonly stopsAtFinding: boolean
  readonly patch?: SourcePatch
  /** Where the input in hand stands before it is tried. */
  readonly inHand: string
}

export interface TargetReport {
  readonly target: string
  readonly runs: number
  readonly perSecond: number
  /** Null where nothing is accepted or refused: the native targets panic, or they do not. */
  readonly accepted: number | null
  readonly features: number
  readonly probes: number
  readonly corpus: number
  readonly grown: number
}

export interface FindingReport {
  readonly target: string
  readonly rule: Rule
  readonly message: string
  readonly place: string
  readonly runs: number
  readonly afterMs: number
  /** Base64. */
  readonly input: string
  /** Where the input stands, once it was written. */
  readonly file?: string
}

export interface GroupReport {
  readonly group: string
  readonly seed: number
  /** Probes in the modules that the group loads, and how long it took to load them. */
  readonly probes: number
  readonly loadMs: number
  readonly targets: readonly TargetReport[]
  readonly findings: readonly FindingReport[]
}

/** The names of the targets first, a sign of life after each turn, and the report at the end. */
export type ChildMessage =
  | { readonly names: readonly string[] }
  | { readonly alive: true }
  | { readonly report: GroupReport }
  | { readonly error: string }
