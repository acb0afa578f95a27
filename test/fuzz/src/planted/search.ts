import type { FindingReport } from '../cli/child-message.js'
import { supervise } from '../cli/supervise.js'
import type { PlantedBug } from './catalogue.js'

export interface PlantedOutcome {
  readonly name: string
  readonly what: string
  readonly target: string
  /** What was found first; absent when nothing was. */
  readonly rule: string | undefined
  readonly runs: number | undefined
  readonly afterMs: number | undefined
  /** An oracle noticed, and it is one that should. */
  readonly isFound: boolean
}

/** Long enough for a turn on a busy host; a search for an endless loop waits so long. Milliseconds. */
const HANG_MS = 8_000

/** Fuzzes the target of the bug until an oracle notices, for at most so many seconds. */
export async function searchPlanted(bug: PlantedBug, seconds: number, seed: number): Promise<PlantedOutcome> {
  const { target, patch, hangMs = HANG_MS } = bug
  const group = target.split('/')[0] as string
  const job = { group, only: [target], seconds, seed, patch, minimize: false, stopsAtFinding: true }
  const report = await supervise(job, hangMs)
  if ('error' in report) throw new Error(report.error)
  return outcomeOf(bug, report.findings[0])
}

function outcomeOf({ name, what, target, rules }: PlantedBug, finding: FindingReport | undefined): PlantedOutcome {
  const { rule, runs, afterMs } = finding ?? {}
  return { name, what, target, rule, runs, afterMs, isFound: rule !== undefined && rules.includes(rule) }
}
