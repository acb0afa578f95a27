import type { AlertView, MeshView, ReportView } from '../../../src/api/views.js'
import { dayTime } from '../data/format.js'
import { severityTone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import { Words } from '../parts/words.js'
import { calmWords } from './members.js'

/** Of the report; all of them stand under Soak. */
const REPORTED_SHOWN = 5

interface AlertsProps {
  readonly mesh: MeshView
  readonly report: ReportView | null
}

/** What is wrong now and what to do about it, then what the latest report leaves open. */
export function Alerts({ mesh, report }: AlertsProps) {
  return (
    <Panel id="alerts" title="Alerts" aside={countOf(mesh)}>
      {mesh.alerts.length === 0 ? (
        <p class="calm">
          <Mark tone="good">{calmWords(mesh)}</Mark>
        </p>
      ) : (
        <ul class="alerts">
          {mesh.alerts.map((alert) => (
            <Alert key={alert.id} alert={alert} />
          ))}
        </ul>
      )}
      {mesh.moreAlerts > 0 && <p class="more">and {mesh.moreAlerts} more</p>}
      {report?.readable && <Reported report={report} />}
    </Panel>
  )
}

function countOf({ alerts, moreAlerts }: MeshView): string {
  const critical = alerts.filter(({ severity }) => severity === 'critical').length
  const others = alerts.length + moreAlerts - critical
  if (critical + others === 0) return ''
  return [critical > 0 ? `${critical} critical` : '', others > 0 ? `${others} to look at` : '']
    .filter(Boolean)
    .join(', ')
}

function Alert({ alert: { code, severity, nodes, text, remedy } }: { alert: AlertView }) {
  return (
    <li data-alert={code}>
      <p class="alert-head">
        <Mark tone={severityTone(severity)}>{severity}</Mark>
        <code>{code}</code>
        {nodes.length > 0 && <strong>{nodes.join(', ')}</strong>}
        <span class="alert-text">{text}</span>
      </p>
      <p class="alert-remedy">
        <Words>{remedy}</Words>
      </p>
    </li>
  )
}

function Reported({ report }: { report: ReportView }) {
  const open = report.findings.filter(({ explained, severity }) => !explained && severity !== 'info')
  if (open.length === 0) return null
  return (
    <>
      <h3 class="alerts-from">
        Left open by the report of {dayTime(report.generatedAt)} · <a href="#soak">{open.length} under Soak</a>
      </h3>
      <ul class="alerts">
        {open.slice(0, REPORTED_SHOWN).map(({ id, severity, node, peer, text, remedy }, index) => (
          <Alert
            key={index}
            alert={{
              ...{ id, code: id, severity: severity as AlertView['severity'], text, remedy },
              nodes: [node, peer].filter((name) => name !== null),
            }}
          />
        ))}
      </ul>
    </>
  )
}
