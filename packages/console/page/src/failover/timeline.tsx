import { useState } from 'preact/hooks'
import type {
  FailoverChainView,
  FailoverChangeView,
  FailoverGroupView,
  FailoverHistoryView,
  FailoverIncidentView,
} from '../../../src/api/failover-views.js'
import { clockTime, dayTime, duration, interval, MISSING } from '../data/format.js'
import { usePolled } from '../data/hooks.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'
import { Refused } from '../parts/refusal.js'
import { Lanes } from './lanes.js'
import { ruleText } from './words.js'

const ASK_EVERY_MS = 2_000
/** What is drawn: a few failovers, each readable. */
const DRAWN = 40
const LISTED = 8

/** Who led when, why it changed, and every time that two acted at once. */
export function Timeline({ group: { group, chains } }: { group: FailoverGroupView }) {
  const { data, refusal } = usePolled<FailoverHistoryView>(
    `/api/failover/history?group=${group}&limit=100`,
    ASK_EVERY_MS,
  )
  return (
    <Panel id="timeline" title="Changes of role" aside="as the hosts recorded them">
      <Refused refusal={refusal} />
      {data === null ? (
        refusal === null && <p class="hint">Asking the agents.</p>
      ) : data.changes.length === 0 ? (
        <Empty title="No change of role yet">The first comes when a host takes a role.</Empty>
      ) : (
        <History history={data} chains={chains} />
      )}
    </Panel>
  )
}

function History({ history, chains }: { history: FailoverHistoryView; chains: readonly FailoverChainView[] }) {
  const drawn = history.changes.slice(0, DRAWN)
  return (
    <>
      <Lanes changes={drawn} chains={chains} at={history.at} />
      <Incidents incidents={history.incidents} />
      <Changes changes={history.changes} />
    </>
  )
}

function Incidents({ incidents }: { incidents: readonly FailoverIncidentView[] }) {
  if (incidents.length === 0) return null
  return (
    <ul class="records incidents">
      {incidents.map(({ policy, overlapMs, sides }) => (
        <li key={`${policy} ${sides.map(({ epoch }) => epoch).join()}`} data-incident={policy}>
          <p class="record-head">
            <Mark tone="bad">two acted at once</Mark>
            <strong>
              {policy}: {sides.map(({ host }) => host).join(' and ')} for {interval(overlapMs)}
            </strong>
          </p>
          <p class="hint">
            {sides
              .map(({ host, mode, from, to, unfenced }) => {
                const until = to === null ? 'now' : clockTime(to)
                return `${host}: ${mode}, ${dayTime(from)} to ${until}, unfenced effects: ${unfenced}`
              })
              .join('; ')}
          </p>
        </li>
      ))}
    </ul>
  )
}

function Changes({ changes }: { changes: readonly FailoverChangeView[] }) {
  const [hasAll, setAll] = useState(false)
  const shown = hasAll ? changes : changes.slice(0, LISTED)
  return (
    <>
      <table class="changes">
        <thead>
          <tr>
            {['Time', 'Policy', 'Host', 'Change', 'Epoch', 'Why', 'Phase'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((change) => (
            <Change key={change.id} change={change} />
          ))}
        </tbody>
      </table>
      {changes.length > LISTED && (
        <div class="buttons">
          <button type="button" class="button" onClick={() => setAll(!hasAll)}>
            {hasAll ? 'Show fewer' : `Show all ${changes.length}`}
          </button>
        </div>
      )}
    </>
  )
}

function Change({ change }: { change: FailoverChangeView }) {
  const { at, policy, host, from, to, epochText, rule, reason, phasesMs } = change
  const phases = phasesText(phasesMs)
  return (
    <tr data-change={`${policy}-${host}-${to}`}>
      <td title={dayTime(at)}>{clockTime(at)}</td>
      <td>{policy}</td>
      <th scope="row">{host}</th>
      <td>
        {from} → <strong>{to}</strong>
      </td>
      {epochText === null ? (
        <Missing />
      ) : (
        <td>
          <code>{epochText}</code>
        </td>
      )}
      <td class="why">
        <strong>{ruleText(rule)}</strong> {reason}
      </td>
      {phases === '' ? <Missing /> : <td>{phases}</td>}
    </tr>
  )
}

function Missing() {
  return <td class="missing">{MISSING}</td>
}

/** How long what ended here had lasted. */
function phasesText(phasesMs: Readonly<Record<string, number>>): string {
  return Object.entries(phasesMs)
    .map(([phase, ms]) => `${phase} ${duration(ms)}`)
    .join(', ')
}
