import type { RunData } from '../analysis/run-data.js'
import { isoOf } from '../analysis/times.js'
import type { TestResult } from '../evidence/schema.js'
import type { RuleInput } from '../rules/types.js'
import type { LoadedThresholds } from '../thresholds/load.js'
import { type Judged, judge } from '../verdict/findings.js'
import { judgeRows, overallVerdict } from '../verdict/rows/judge.js'
import { isAccounted, isOpenCritical } from './open.js'
import type { Finding, Report, Verdict, VerdictRow } from './schema.js'
import { convergenceSection } from './sections/convergence.js'
import { errorsSection } from './sections/errors.js'
import { heartbeatSection } from './sections/heartbeats.js'
import { resourceSection } from './sections/resources.js'
import { soakSection } from './sections/soak.js'
import { stateSection } from './sections/state.js'
import { seriesOf } from './series.js'

const MS_PER_S = 1000

export interface ReportInput {
  readonly data: RunData
  readonly thresholds: Pick<LoadedThresholds, 'thresholds' | 'sha256'>
  readonly tests: readonly TestResult[]
  readonly inputs: Report['inputs']
  /** What the inputs could not tell, in words. */
  readonly unknown: readonly string[]
  /** Why no row can rest on the run; empty where it was declared. */
  readonly undeclared?: readonly string[]
  readonly configSha256: string | null
  /** RFC 3339; an input, so that the same inputs give the same bytes. */
  readonly generatedAt: string
  readonly orchestrator: string
  readonly reproduction: Report['reproduction']
}

/** The retrospective: everything it says follows from its input. Pure. */
export function buildReport(input: ReportInput): Report {
  const { data, generatedAt } = input
  const judged = judge(data, input.thresholds.thresholds)
  const { undeclared = [], tests } = input
  const rows = judgeRows({ data, thresholds: input.thresholds.thresholds, tests, undeclared, ...judged })
  const verdict = overallVerdict(rows)
  return {
    schema: 'montana.report/1',
    date: generatedAt.slice(0, 10),
    generated_at: generatedAt,
    orchestrator: input.orchestrator,
    verdict,
    closing: closingSentence(rows, judged.findings),
    run_id: data.run.run_id,
    span: spanOf(data),
    time_scale: data.run.time_scale,
    config_sha256: input.configSha256,
    thresholds: { version: input.thresholds.thresholds.version, sha256: input.thresholds.sha256 },
    summary: summaryOf(judged.findings),
    inputs: input.inputs,
    ...sections(data, judged.input),
    rows,
    findings: [...judged.findings],
    drills: drillsOf(data, judged),
    unknown: [...input.unknown],
    series: seriesOf(data, input.thresholds.thresholds),
    reproduction: input.reproduction,
  }
}

function sections(data: RunData, input: RuleInput) {
  return {
    state: stateSection(data),
    heartbeats: heartbeatSection(data, input.thresholds),
    convergence: convergenceSection(data),
    resources: resourceSection(input),
    errors: errorsSection(data),
    soak: soakSection(data),
  }
}

function spanOf({ fromMs, toMs }: RunData): Report['span'] {
  const seconds = fromMs === null || toMs === null ? null : (toMs - fromMs) / MS_PER_S
  return { from: isoOf(fromMs), to: isoOf(toMs), seconds }
}

function summaryOf(findings: readonly Finding[]): Report['summary'] {
  const open = findings.filter((finding) => !isAccounted(finding))
  const count = (severity: Finding['severity']) => open.filter((finding) => finding.severity === severity).length
  return {
    critical: count('critical'),
    warning: count('warning'),
    info: count('info'),
    explained: findings.filter(({ explained_by, drill }) => explained_by !== null && drill === null).length,
    drilled: findings.filter(({ drill }) => drill !== null).length,
  }
}

function drillsOf({ run, drills }: RunData, { noticed }: Judged): Report['drills'] {
  return run.drills.map(({ id, kind, label, peer }) => {
    const happened = drills.find((drill) => drill.id === id)
    return {
      ...{ id, kind, label, peer },
      from: isoOf(happened?.fromMs ?? null),
      to: isoOf(happened?.toMs ?? null),
      found: [...(noticed.get(id) ?? [])],
    }
  })
}

/** Says what was decided and on what; nothing else (spec operations 7.3). */
function closingSentence(rows: readonly VerdictRow[], findings: readonly Finding[]): string {
  const count = (wanted: Verdict) => rows.filter((row) => row.verdict === wanted).length
  const counts = `${count('PASS')} of ${rows.length} rows pass, ${count('FAIL')} fail, ${count('INSUFFICIENT')} lack evidence`
  const absent = count('N-A') === 0 ? '' : `, ${count('N-A')} declared absent`
  const open = findings.filter(isOpenCritical).length
  const critical = open === 1 ? '1 critical finding is open' : `${open === 0 ? 'no' : open} critical findings are open`
  return `${counts}${absent}; ${critical}.`
}
