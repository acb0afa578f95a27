import type { ComponentChildren } from 'preact'
import type { MeshView, NodeView, SoakView } from '../../../src/api/views.js'
import { duration, MISSING, mebibytes, number, percent } from '../data/format.js'
import { isAsked, nodeTone, ratioTone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Scroll } from '../parts/scroll.js'

/** Beside the phase; what they mean stands in the alerts. */
const WORDS_SHOWN = 4

interface Column {
  readonly name: string
  readonly id: string
  readonly isNumber: boolean
  cell(node: NodeView, soak: SoakView | null): ComponentChildren
}

const COLUMNS: readonly Column[] = [
  { name: 'Phase', id: 'phase', isNumber: false, cell: phaseCell },
  { name: 'Window', id: 'window', isNumber: true, cell: ({ window }) => number(window) },
  { name: 'Lag', id: 'lag', isNumber: true, cell: ({ lag }) => number(lag) },
  { name: 'Peers', id: 'peers', isNumber: true, cell: peersCell },
  { name: 'Heartbeats', id: 'heartbeats', isNumber: true, cell: heartbeatCell },
  { name: 'Memory', id: 'rss', isNumber: true, cell: ({ rssBytes }) => mebibytes(rssBytes) },
  { name: 'Restarts', id: 'restarts', isNumber: true, cell: restartsCell },
  { name: 'Up', id: 'uptime', isNumber: true, cell: ({ uptimeS: s }) => duration(s === null ? null : s * 1000) },
  { name: 'Build', id: 'build', isNumber: false, cell: ({ build }) => build ?? MISSING },
]

/** One row per node; on a narrow screen one card per node. */
export function NodeTable({ mesh, soak }: { mesh: MeshView; soak: SoakView | null }) {
  return (
    <Scroll label="Nodes">
      <table class="nodes">
        <thead>
          <tr>
            <th scope="col" class="node-col">
              Node
            </th>
            {COLUMNS.map(({ id, name, isNumber }) => (
              <th key={id} scope="col" class={isNumber ? 'node-col num' : 'node-col'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {mesh.nodes.map((node) => (
            <Row key={node.label} node={node} soak={soak} />
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Row({ node, soak }: { node: NodeView; soak: SoakView | null }) {
  return (
    <tr data-node={node.label} class={node.reachable ? '' : 'is-away'}>
      <th scope="row">
        <Mark tone={nodeTone(node)}>{node.label}</Mark>
      </th>
      {COLUMNS.map(({ id, name, isNumber, cell }) => (
        <td key={id} data-cell={id} data-name={name} class={isNumber ? 'num' : ''}>
          {cell(node, soak)}
        </td>
      ))}
    </tr>
  )
}

function phaseCell(node: NodeView): ComponentChildren {
  if (!isAsked(node)) {
    return (
      <span class="extra">
        asked over ssh by the watchdog: see <a href="#soak">Soak</a>
      </span>
    )
  }
  if (!node.reachable) return <span class="trouble">{node.error?.text ?? 'does not answer'}</span>
  const extras = [candidacy(node), silence(node), slowness(node), ...node.degraded, ...node.findings]
  const known = extras.filter((word) => word !== undefined)
  const more = known.length - WORDS_SHOWN
  const words = [...known.slice(0, WORDS_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])]
  return (
    <>
      {node.phase ?? MISSING}
      {words.length > 0 && <span class="extra"> {words.join(', ')}</span>}
    </>
  )
}

function candidacy({ phase, candidate, nextSelection }: NodeView): string | undefined {
  if (phase === 'Registered' && nextSelection !== null) return `selection at ${nextSelection}`
  return phase === 'CandidateVdf' && candidate ? `${candidate.done} of ${candidate.required}` : undefined
}

function silence({ phase, isSilent, signFrom }: NodeView): string | undefined {
  if (phase !== 'Active' || !isSilent) return undefined
  return signFrom === null ? 'silent' : `silent until ${signFrom}`
}

function slowness({ clock }: NodeView): string | undefined {
  return clock?.load != null && clock.load > 1 ? 'slow clock' : undefined
}

function peersCell({ peersConnected, peersTotal }: NodeView): string {
  return peersConnected === null ? MISSING : `${peersConnected} of ${peersTotal}`
}

function heartbeatCell({ heartbeats }: NodeView): ComponentChildren {
  if (!heartbeats) return MISSING
  return (
    <>
      <span class="ratio">
        {number(heartbeats.ok)}/{number(heartbeats.expected)}
      </span>{' '}
      {heartbeats.ratio !== null && <Mark tone={ratioTone(heartbeats)}>{percent(heartbeats.ratio)}</Mark>}
    </>
  )
}

/** What the host counts, else what the soak records show. */
function restartsCell({ label, restarts }: NodeView, soak: SoakView | null): string {
  const seen = soak?.series.nodes.find((series) => series.label === label)?.restarts.findLast((count) => count !== null)
  return number(restarts ?? seen)
}
