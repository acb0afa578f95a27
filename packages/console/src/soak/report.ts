import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isAccounted, type Report, reportSchema } from '@montana/soak/formats'
import type { FindingView, ReportRow, ReportView } from '../api/views.js'
import { FINDINGS_SHOWN, REPORT_MAX_BYTES } from '../constants.js'
import { parseJson } from '../parse-json.js'
import { readBounded } from './bounded-file.js'

const SEVERITY_ORDER = ['critical', 'warning', 'info']

/** The report in a folder, read again only when it has changed. */
export class ReportFile {
  readonly #folder: string
  #version = ''
  #view: ReportView | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Changes with the content; empty where there is no report. */
  get version(): string {
    return this.#version
  }

  /** Null where there is no report. */
  async read(): Promise<ReportView | null> {
    const [document, page] = await Promise.all([
      statOf(join(this.#folder, 'report.json')),
      statOf(join(this.#folder, 'report.html')),
    ])
    const version = document ? `${document}-${page}` : ''
    if (version === this.#version) return this.#view
    const text = await readBounded(join(this.#folder, 'report.json'), REPORT_MAX_BYTES)
    this.#view = document ? reportView(reportSchema.safeParse(parseJson(text)).data, page !== undefined) : null
    this.#version = version
    return this.#view
  }
}

async function statOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? `${found.mtimeMs}:${found.size}` : undefined
}

/** What the page shows of a report; without `report` one that is there but cannot be read. Pure. */
export function reportView(report: Report | undefined, hasPage: boolean): ReportView {
  if (!report) return UNREADABLE
  const findings = [...report.findings].sort((a, b) => rank(a) - rank(b))
  const { critical, warning, info } = report.summary
  return {
    readable: true,
    verdict: report.verdict,
    closing: report.closing,
    generatedAt: report.generated_at,
    summary: { critical, warning, info, accounted: findings.filter(isAccounted).length },
    rows: report.rows.map(rowView),
    findings: findings.slice(0, FINDINGS_SHOWN).map(findingView),
    moreFindings: Math.max(0, findings.length - FINDINGS_SHOWN),
    hasPage,
  }
}

const UNREADABLE: ReportView = {
  ...{ readable: false, verdict: null, closing: null, generatedAt: null, summary: null },
  ...{ rows: [], findings: [], moreFindings: 0, hasPage: false },
}

type Finding = Report['findings'][number]

/** What is open comes before what is accounted for. */
function rank(finding: Finding): number {
  return SEVERITY_ORDER.indexOf(finding.severity) + (isAccounted(finding) ? SEVERITY_ORDER.length : 0)
}

function rowView({ component, claim, verdict, findings, reasons }: Report['rows'][number]): ReportRow {
  return { component, claim, verdict, findings: findings.length, reasons }
}

function findingView(finding: Finding): FindingView {
  const { id, severity, node, peer, from, to, text, remedy } = finding
  return { id, severity, node, peer, from, to, text, remedy, explained: isAccounted(finding) }
}
