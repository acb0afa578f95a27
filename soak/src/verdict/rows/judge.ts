import { isOpenCritical } from '../../report/open.js'
import type { Verdict, VerdictRow } from '../../report/schema.js'
import type { FindingId } from '../../rules/types.js'
import type { Component } from '../../run/components.js'
import { CLOSING_ROW, ROWS } from './definitions.js'
import type { Answer, RowContext, RowDefinition } from './types.js'

/** These make every row that rests on the run insufficient, and fail only the row of the watchdog (spec operations 7.3). */
const UNPROVEN: readonly FindingId[] = ['F-COVERAGE', 'F-SHORTRUN', 'F-CHAIN']
const WATCHDOG: Component = 'Soak watchdog'

/** Every row of spec operations 8 with its verdict; the last is the closing one. Pure. */
export function judgeRows(context: RowContext): VerdictRow[] {
  const rows = ROWS.map((definition) => judgeRow(context, definition))
  return [...rows, closingRow(context, rows)]
}

function judgeRow(context: RowContext, definition: RowDefinition): VerdictRow {
  const { component } = definition
  const declared = context.data.run.claims.find((claim) => claim.component === component)
  const claim = declared?.claim || definition.claim
  if (declared?.state === 'absent') {
    return { component, claim, verdict: 'N-A', evidence: [], findings: [], reasons: ['declared absent before the run'] }
  }
  const touching = touchingFindings(context, definition)
  const answers = definition.requirements.map((requirement) => requirement(context))
  const { verdict, reasons } = decide(context, definition, answers)
  return { component, claim, verdict, evidence: evidenceOf(answers), findings: touching, reasons }
}

function touchingFindings({ findings, data }: RowContext, { component, touchedBy, isOfRun }: RowDefinition): string[] {
  const ids = isOfRun ? [...touchedBy, ...UNPROVEN] : touchedBy
  return findings
    .filter(
      ({ id, node }) =>
        ids.some((touching) => touching === id) && isOfCollector(component, id, node, data.run.collector_node),
    )
    .map(({ key }) => key)
}

/** The disk that the watchdog writes to is the one of its own host. */
function isOfCollector(component: string, id: string, node: string | null, collector: string | null): boolean {
  return component !== WATCHDOG || id !== 'F-DISK' || node === null || node === collector
}

function evidenceOf(answers: readonly Answer[]): string[] {
  return [...new Set(answers.flatMap(({ evidence }) => evidence))]
}

interface Decision {
  readonly verdict: Verdict
  readonly reasons: string[]
}

function decide(context: RowContext, definition: RowDefinition, answers: readonly Answer[]): Decision {
  const open = openCriticals(context, definition)
  const isUnproven = ({ id }: { id: string }) => UNPROVEN.some((unproven) => unproven === id)
  const fatal = definition.component === WATCHDOG ? open : open.filter((finding) => !isUnproven(finding))
  const contradicted = answers.flatMap(({ contradicted }) => contradicted ?? [])
  const failures = [...fatal.map(({ key, text }) => `${key}: ${text}`), ...contradicted]
  if (failures.length > 0) return { verdict: 'FAIL', reasons: failures }
  const doubts = open.filter(isUnproven).map(({ key, text }) => `${key}: ${text}`)
  const undeclared = definition.isOfRun ? (context.undeclared ?? []) : []
  const gaps = [...undeclared, ...doubts, ...answers.flatMap(({ missing }) => missing ?? [])]
  return gaps.length > 0 ? { verdict: 'INSUFFICIENT', reasons: gaps } : { verdict: 'PASS', reasons: [] }
}

function openCriticals(context: RowContext, definition: RowDefinition) {
  const keys = new Set(touchingFindings(context, definition))
  return context.findings.filter((finding) => keys.has(finding.key) && isOpenCritical(finding))
}

/** The sentence at the end is a result like the others, never an opinion. */
function closingRow({ findings }: RowContext, rows: readonly VerdictRow[]): VerdictRow {
  const open = findings.filter(isOpenCritical)
  const failed = rows.filter(({ verdict }) => verdict === 'FAIL').map(({ component }) => component)
  const unproven = rows.filter(({ verdict }) => verdict === 'INSUFFICIENT').map(({ component }) => component)
  const reasons = [
    ...(open.length > 0 ? [`${open.length} critical ${open.length === 1 ? 'finding is' : 'findings are'} open`] : []),
    ...(failed.length > 0 ? [`FAIL: ${failed.join(', ')}`] : []),
    ...(unproven.length > 0 ? [`INSUFFICIENT: ${unproven.join(', ')}`] : []),
  ]
  const verdict = open.length > 0 || failed.length > 0 ? 'FAIL' : unproven.length > 0 ? 'INSUFFICIENT' : 'PASS'
  const claim = 'every row is PASS or declared absent, and no critical finding is open'
  return { component: CLOSING_ROW, claim, verdict, evidence: [], findings: open.map(({ key }) => key), reasons }
}

/** FAIL before INSUFFICIENT before PASS: spec operations 7.3. */
export function overallVerdict(rows: readonly VerdictRow[]): Verdict {
  const verdicts = rows.map(({ verdict }) => verdict)
  if (verdicts.includes('FAIL')) return 'FAIL'
  return verdicts.includes('INSUFFICIENT') ? 'INSUFFICIENT' : 'PASS'
}
