import type { NodeView, PeerView } from '../../../src/api/views.js'
import { MISSING, millis, percent } from '../data/format.js'
import { ratioTone, type Tone } from '../data/state.js'
import { Scroll } from '../parts/scroll.js'

/** Beyond so many columns a cell says only the ratio and the usual round trip. */
const DENSE_ABOVE = 8
const DENSE_CELL_PX = 46
const HEAD_PX = 104
/** Peers that nodes name and that are not on the page; a few strangers to it are worth a column. */
const OTHERS_SHOWN = 16

/** Who pings (row) whom (column). */
export function HeartbeatMatrix({ nodes }: { nodes: readonly NodeView[] }) {
  const { labels, left } = columnsOf(nodes)
  const isDense = labels.length > DENSE_ABOVE
  const style = isDense ? { minWidth: `${HEAD_PX + labels.length * DENSE_CELL_PX}px` } : {}
  return (
    <Scroll label="Heartbeats">
      <table class={isDense ? 'matrix is-dense' : 'matrix'} style={style}>
        <thead>
          <tr>
            <td class="matrix-corner">from ↓ to →</td>
            {labels.map((label) => (
              <th key={label} scope="col" class="peer-col" title={label}>
                <span>{label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.label}>
              <th scope="row">{node.label}</th>
              {labels.map((label) => (
                <Cell key={label} node={node} peer={label} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && <p class="more">and {left} more peers that this console does not ask</p>}
    </Scroll>
  )
}

/** The nodes of the page, then peers that they name and that are not on it; `left`: how many of those have no column. */
function columnsOf(nodes: readonly NodeView[]): { labels: string[]; left: number } {
  const own = nodes.map(({ label }) => label)
  const named = new Set(nodes.flatMap(({ peers }) => peers.map(({ label }) => label)))
  const others = [...named].filter((label) => !own.includes(label))
  return { labels: [...own, ...others.slice(0, OTHERS_SHOWN)], left: Math.max(0, others.length - OTHERS_SHOWN) }
}

function Cell({ node, peer: label }: { node: NodeView; peer: string }) {
  if (node.label === label) return <td class="matrix-self" aria-label="itself" />
  const peer = node.peers.find((one) => one.label === label)
  if (!peer) return <td class="beat beat-none">{MISSING}</td>
  const { ok, expected } = peer.heartbeats
  const lost = peer.timeout + peer.failed
  return (
    <td class={`beat beat-${toneOf(peer)}`} data-pair={`${node.label}-${label}`}>
      <span class="beat-ratio">{peer.connected ? ratioText(peer) : 'no link'}</span>
      <span class="beat-rtt">
        {millis(peer.rttP50Ms)}
        <span class="beat-p99"> / {millis(peer.rttP99Ms)}</span>
      </span>
      <span class="beat-counts">
        {ok} of {expected}
        {lost > 0 && `, ${lost} lost`}
      </span>
    </td>
  )
}

/** One that was never there is not lost. */
function toneOf(peer: PeerView): Tone {
  if (!peer.connected && peer.heartbeats.expected === 0) return 'none'
  return peer.connected ? ratioTone(peer.heartbeats) : 'bad'
}

function ratioText({ heartbeats }: PeerView): string {
  return heartbeats.ratio === null ? 'new' : percent(heartbeats.ratio)
}
