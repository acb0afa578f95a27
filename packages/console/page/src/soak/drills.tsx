import type { DrillView } from '../../../src/api/views.js'
import { clockTime, duration, interval } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import { Scroll } from '../parts/scroll.js'

/** Faults that were declared before the run, and what became of them. */
export function Drills({ drills }: { drills: readonly DrillView[] }) {
  return (
    <Panel id="drills" title="Drills" aside="declared before the run; shaded in the charts">
      <Scroll label="Drills">
        <table class="plain drills">
          <thead>
            <tr>
              <th scope="col">Fault</th>
              <th scope="col">Node</th>
              <th scope="col">State</th>
              <th scope="col" class="num">
                From
              </th>
              <th scope="col" class="num">
                To
              </th>
            </tr>
          </thead>
          <tbody>
            {drills.map((drill) => (
              <Row key={drill.id} drill={drill} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  )
}

function Row({ drill: { id, kind, label, peer, from, to, durationS } }: { drill: DrillView }) {
  return (
    <tr data-drill={id}>
      <th scope="row">{kind}</th>
      <td>{peer === null ? label : `${label} – ${peer}`}</td>
      <td>{stateOf(from, to, durationS)}</td>
      <td class="num" data-name="From">
        {clockTime(from)}
      </td>
      <td class="num" data-name="To">
        {clockTime(to)}
      </td>
    </tr>
  )
}

function stateOf(from: string | null, to: string | null, durationS: number | null) {
  const planned = durationS === null ? 'for good' : `for ${interval(durationS * 1000)}`
  if (from === null) return <Mark tone="none">planned {planned}</Mark>
  if (to === null) return <Mark tone="warn">going on, {planned}</Mark>
  return <Mark tone="good">over after {duration(Date.parse(to) - Date.parse(from))}</Mark>
}
