import type { RunData } from '../analysis/run-data.js'
import type { Thresholds } from '../thresholds/schema.js'
import { chainRule } from './chain.js'
import { classicalRule } from './classical.js'
import { clockRule } from './clock.js'
import { coverageRule } from './coverage.js'
import { crashLoopRule } from './crash-loop.js'
import { diskRule } from './disk.js'
import { documentRule } from './document.js'
import { fatalErrorRule } from './fatal-error.js'
import { flapRule } from './flap.js'
import { forkRule } from './fork.js'
import { heartbeatRangeRule } from './heartbeat.js'
import { heartbeatContradictionRule } from './heartbeat-contradiction.js'
import { lagRule } from './lag.js'
import { linkRule } from './link.js'
import { phaseRule } from './phase.js'
import { restartRule, unreachableRule } from './reachability.js'
import { regressRule } from './regress.js'
import { resourceRule } from './resource.js'
import { rssRule } from './rss.js'
import { shortRunRule } from './short-run.js'
import { skewRule } from './skew.js'
import { stallRule } from './stall.js'
import { stopTimeoutRule } from './stop-timeout.js'
import { syncRule } from './sync.js'
import { FINDING_IDS, type RawFinding, type Rule, type RuleInput } from './types.js'
import { windowPeriodOf } from './window-period.js'

const MS_PER_S = 1000

/** Every rule of spec operations 5 but F-VERDICT, which looks at what these find. */
const RULES: readonly Rule[] = [
  crashLoopRule,
  fatalErrorRule,
  diskRule,
  lagRule,
  stallRule,
  regressRule,
  heartbeatRangeRule,
  heartbeatContradictionRule,
  flapRule,
  classicalRule,
  stopTimeoutRule,
  resourceRule,
  rssRule,
  skewRule,
  coverageRule,
  shortRunRule,
  phaseRule,
  forkRule,
  unreachableRule,
  restartRule,
  linkRule,
  clockRule,
  chainRule,
  syncRule,
  documentRule,
]

export function ruleInput(data: RunData, thresholds: Thresholds): RuleInput {
  return {
    ...{ data, thresholds },
    periodS: data.run.interval_ms / MS_PER_S,
    windowPeriodS: windowPeriodOf(data),
    timeScale: data.run.time_scale,
  }
}

/** What the rules find, in a total order. Pure. */
export function rawFindings(input: RuleInput): RawFinding[] {
  return RULES.flatMap((rule) => rule(input)).sort(byPlace)
}

/** By id as in the specification, node, time and peer. */
export function byPlace(a: RawFinding, b: RawFinding): number {
  return (
    FINDING_IDS.indexOf(a.id) - FINDING_IDS.indexOf(b.id) ||
    compareText(a.node, b.node) ||
    (a.fromMs ?? 0) - (b.fromMs ?? 0) ||
    compareText(a.peer, b.peer) ||
    compareText(a.text, b.text)
  )
}

function compareText(a: string | null, b: string | null): number {
  const [left, right] = [a ?? '', b ?? '']
  if (left === right) return 0
  return left < right ? -1 : 1
}
