import type { ExplorerNode } from '../../../src/api/data-views.js'
import { duration, MISSING, number, shortHash } from '../data/format.js'
import type { Tone } from '../data/state.js'
import { Mark } from '../parts/mark.js'

const TONES: Readonly<Record<ExplorerNode['status'], Tone>> = { active: 'good', stale: 'bad', unreachable: 'warn' }
const MS_PER_S = 1_000

/** The nodes of the configuration; on a narrow screen one card per node. */
export function Nodes({ nodes }: { nodes: readonly ExplorerNode[] }) {
  return (
    <div class="scroll">
      <table class="ledger">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Status</th>
            <th scope="col">Phase</th>
            <th scope="col" class="num">
              Window
            </th>
            <th scope="col" class="num">
              Lag
            </th>
            <th scope="col">State root</th>
            <th scope="col" class="num">
              Up
            </th>
            <th scope="col">Build</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <Row key={node.label} node={node} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ node }: { node: ExplorerNode }) {
  const { label, status, error, phase, current_window: window, lag, state_root, uptime_seconds: up, build } = node
  return (
    <tr data-node={label}>
      <th scope="row">{label}</th>
      <td data-name="Status" data-cell="status">
        <Mark tone={TONES[status]}>{status}</Mark>
        {error !== undefined && <span class="extra"> {error}</span>}
      </td>
      <td data-name="Phase">{phase ?? MISSING}</td>
      <td data-name="Window" class="num">
        {number(window)}
      </td>
      <td data-name="Lag" class="num">
        {number(lag)}
      </td>
      <td data-name="State root">
        <code>{shortHash(state_root)}</code>
      </td>
      <td data-name="Up" class="num">
        {duration(up === null ? null : up * MS_PER_S)}
      </td>
      <td data-name="Build">{build ?? MISSING}</td>
    </tr>
  )
}
