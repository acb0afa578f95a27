import type { FindingView, ReportRow, ReportView } from '../../../src/api/views.js'
import { clockTime, dayTime } from '../data/format.js'
import { severityTone, verdictTone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'
import { Words } from '../parts/words.js'

/** The latest retrospective: what it says of each component. */
export function ReportPanel({ report }: { report: ReportView | null }) {
  return (
    <Panel id="report" title="Latest report" aside={<Source report={report} />}>
      <Content report={report} />
    </Panel>
  )
}

function Source({ report }: { report: ReportView | null }) {
  if (!report?.readable) return null
  const written = `written ${dayTime(report.generatedAt)}`
  if (!report.hasPage) return <>{written}</>
  return (
    <>
      {written} · <a href="/report/report.html">read it whole</a>
    </>
  )
}

function Content({ report }: { report: ReportView | null }) {
  if (report === null) {
    return (
      <Empty title="No report yet">
        A devnet leaves one when its run ends. <code>montana soak report</code> judges the run so far and writes into
        the folder <code>report</code> beside the soak file; it then shows here.
      </Empty>
    )
  }
  if (!report.readable) {
    return <Empty title="The report cannot be read">Its report.json is not of a form that this version knows.</Empty>
  }
  return (
    <>
      <p class="closing">
        <Mark tone={verdictTone(report.verdict)}>{report.verdict}</Mark>
        <span>{report.closing}</span>
      </p>
      <Rows rows={report.rows} />
    </>
  )
}

function Rows({ rows }: { rows: readonly ReportRow[] }) {
  return (
    <ul class="rows">
      {rows.map(({ component, claim, verdict, reasons }) => (
        <li key={component} data-row={component}>
          <span class="row-verdict">
            <Mark tone={verdictTone(verdict)}>{verdict}</Mark>
          </span>
          <span class="row-words">
            <strong>{component}</strong> {claim}
            {reasons.length > 0 && <span class="row-reasons">{reasons.join('; ')}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}

export function Findings({ report }: { report: ReportView }) {
  if (report.findings.length === 0) return <Empty title="No finding">Every rule was satisfied.</Empty>
  return (
    <>
      <ul class="findings">
        {report.findings.map((finding, index) => (
          <Finding key={index} finding={finding} />
        ))}
      </ul>
      {report.moreFindings > 0 && <p class="more">and {report.moreFindings} more in the report</p>}
    </>
  )
}

function Finding({
  finding: { id, severity, node, peer, from, to, text, remedy, explained },
}: {
  finding: FindingView
}) {
  const where = [node, peer].filter((name) => name !== null).join(' → ')
  return (
    <li class={explained ? 'is-explained' : ''}>
      <p class="finding-head">
        <Mark tone={severityTone(severity)}>{severity}</Mark>
        <code>{id}</code>
        {where !== '' && <strong>{where}</strong>}
        {from !== null && (
          <span class="finding-time">
            {clockTime(from)}
            {to !== null && to !== from && `–${clockTime(to)}`}
          </span>
        )}
        {explained && <span class="finding-tag">accounted for</span>}
      </p>
      <p>{text}</p>
      <p class="finding-remedy">
        <Words>{remedy}</Words>
      </p>
    </li>
  )
}
