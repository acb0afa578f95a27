import type { DiscoveredPeer } from '../../../src/api/data-views.js'
import { dayTime, interval, MISSING } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Empty } from '../parts/panel.js'

const MS_PER_S = 1_000
/** Strangers can make as many identities as they like. */
const SHOWN_MAX = 50

/** Peers that are known by their handshake only; those who are connected come first. */
export function Strangers({ peers }: { peers: readonly DiscoveredPeer[] }) {
  if (peers.length === 0) return <Empty title="None">Everybody who was connected is in the manifest.</Empty>
  const ordered = peers.toSorted((a, b) => Number(b.status === 'active') - Number(a.status === 'active'))
  return (
    <>
      <ul class="strangers">
        {ordered.slice(0, SHOWN_MAX).map((peer) => (
          <Stranger key={peer.peer_id} peer={peer} />
        ))}
      </ul>
      {peers.length > SHOWN_MAX && <p class="more">and {peers.length - SHOWN_MAX} more in data.json</p>}
    </>
  )
}

function Stranger({ peer }: { peer: DiscoveredPeer }) {
  const { peer_id, status, witnessed_by: by, last_heartbeat_seconds_ago: ago, first_seen_unix: first } = peer
  const connected = peer.connected_seconds
  return (
    <li data-peer={peer_id}>
      <Mark tone={status === 'active' ? 'good' : 'none'}>{status}</Mark>
      <code class="hash">{peer_id}</code>
      <span class="stranger-words">
        heard {ago === null ? MISSING : `${interval(ago * MS_PER_S)} ago`}, first seen {dayTime(first * MS_PER_S)}
        {connected !== null && `, connected for ${interval(connected * MS_PER_S)}`}
        {by.length > 0 && `, by ${by.join(', ')}`}
      </span>
    </li>
  )
}
