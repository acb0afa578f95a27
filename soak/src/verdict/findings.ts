import type { PriorPass, RunData } from '../analysis/run-data.js'
import { isoOf } from '../analysis/times.js'
import { isOpenCritical } from '../report/open.js'
import type { Finding } from '../report/schema.js'
import { byPlace, rawFindings, ruleInput } from '../rules/index.js'
import { REMEDIES } from '../rules/remedies.js'
import type { RawFinding, RuleInput } from '../rules/types.js'
import type { Thresholds } from '../thresholds/schema.js'
import { causesOf } from './causes.js'
import { drillOf, isNotice } from './drills.js'

/** Findings with their causes and drills, and for each drill what noticed it. */
export interface Judged {
  readonly input: RuleInput
  readonly findings: readonly Finding[]
  /** By drill id: keys of the findings that noticed it. */
  readonly noticed: ReadonlyMap<string, readonly string[]>
}

/** Applies every rule, then the table of causes, then the drills, then F-VERDICT. Pure. */
export function judge(data: RunData, thresholds: Thresholds): Judged {
  const input = ruleInput(data, thresholds)
  const first = linked(input, rawFindings(input))
  const contradicted = contradictedPasses(data, first)
  const raw = [...first.map(({ raw }) => raw), ...contradicted].sort(byPlace)
  const all = contradicted.length === 0 ? first : linked(input, raw)
  const noticed = new Map(
    data.drills.map((drill) => [
      drill.id,
      all.filter(({ raw }) => isNotice(input, drill, raw)).map(({ finding }) => finding.key),
    ]),
  )
  return { input, findings: all.map(({ finding }) => finding), noticed }
}

interface Linked {
  readonly raw: RawFinding
  readonly finding: Finding
}

function linked(input: RuleInput, raw: readonly RawFinding[]): Linked[] {
  const keys = keysOf(raw)
  const causes = causesOf(input, raw)
  return raw.map((finding, index) => {
    const cause = causes[index] ?? null
    return {
      raw: finding,
      finding: toFinding(input, finding, keys[index] ?? '', cause === null ? null : (keys[cause] ?? null)),
    }
  })
}

function toFinding(input: RuleInput, raw: RawFinding, key: string, explainedBy: string | null): Finding {
  const { id, severity, node, peer, fromMs, toMs, value, threshold, evidence, text, remedy } = raw
  return {
    ...{ key, id, severity, node, peer, from: isoOf(fromMs), to: isoOf(toMs), value, threshold },
    evidence: [...evidence],
    explained_by: explainedBy,
    drill: drillOf(input, raw)?.id ?? null,
    ...{ text, remedy },
  }
}

/** `F-LAG:helsinki`, `F-LINK:moscow-armenia#2`: unique within a report, and the same for the same run. */
function keysOf(findings: readonly RawFinding[]): string[] {
  const seen = new Map<string, number>()
  return findings.map(({ id, node, peer }) => {
    const base = `${id}:${node ?? 'run'}${peer === null ? '' : `-${peer}`}`
    const count = (seen.get(base) ?? 0) + 1
    seen.set(base, count)
    return count === 1 ? base : `${base}#${count}`
  })
}

/** F-VERDICT: somebody says PASS while a critical finding is open. */
function contradictedPasses(data: RunData, found: readonly Linked[]): RawFinding[] {
  const { fromMs, toMs } = data
  const all = found.filter(({ finding }) => isOpenCritical(finding))
  const priorPasses = data.priorPasses.filter((pass) => all.some(({ raw }) => isOfTime(pass, raw)))
  const open = all.filter(({ raw }) => priorPasses.some((pass) => isOfTime(pass, raw)))
  if (open.length === 0) return []
  return [
    {
      ...{ id: 'F-VERDICT', severity: 'critical', node: null, peer: null, fromMs, toMs },
      ...{ value: priorPasses.length, threshold: 0 },
      evidence: [
        ...priorPasses.map(({ evidence }) => evidence),
        ...new Set(open.flatMap(({ raw }) => raw.evidence.slice(0, 1))),
      ],
      text: `${priorPasses.length} statements say that all is well while ${open.length} critical findings are open, the first: "${priorPasses[0]?.text}"`,
      remedy: REMEDIES['F-VERDICT'].report,
    },
  ]
}

/** A time that nobody knows could be any. */
function isOfTime(pass: PriorPass, { fromMs, toMs }: RawFinding): boolean {
  const passFromMs = pass.fromMs ?? Number.NEGATIVE_INFINITY
  const passToMs = pass.toMs ?? Number.POSITIVE_INFINITY
  return (fromMs ?? passFromMs) <= passToMs && (toMs ?? passToMs) >= passFromMs
}
