import type { LivePeerView, PeersView } from '../../../src/api/explorer-views.js'
import { duration, interval, MISSING, millis, number } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, useNode } from './ask.js'
import { linkOf } from './link.js'

const EVERY_MS = 5_000
const MS_PER_S = 1_000
/** Strangers can make as many identities as they like. */
const STRANGERS_SHOWN = 20

/** To whom the node that is asked is connected now. */
export function PeersPanel({ label }: { label: string }) {
  const asked = useNode<PeersView>(label, 'peers', EVERY_MS)
  return (
    <Panel id="live-peers" title={`Peers of ${label}`} aside="round trip p50 / p99 over five minutes">
      <Answer asked={asked}>
        {({ peers, strangers }) => (
          <>
            {peers.length + strangers.length === 0 && <Empty title="No peer">The manifest names nobody else.</Empty>}
            <ul class="peers">
              {peers.map((peer) => (
                <Peer key={peer.label} peer={peer} />
              ))}
              {strangers.slice(0, STRANGERS_SHOWN).map(({ peer_id, up_s, heard_s }) => (
                <li key={peer_id} data-stranger={peer_id}>
                  <Mark tone="none">stranger</Mark>
                  <code class="hash">{peer_id}</code>
                  <span class="peer-words">
                    connected for {duration(up_s * MS_PER_S)}, heard{' '}
                    {heard_s === null ? MISSING : `${interval(heard_s * MS_PER_S)} ago`}
                  </span>
                </li>
              ))}
            </ul>
            {strangers.length > STRANGERS_SHOWN && (
              <p class="more">and {strangers.length - STRANGERS_SHOWN} more outside the manifest</p>
            )}
          </>
        )}
      </Answer>
    </Panel>
  )
}

function Peer({ peer }: { peer: LivePeerView }) {
  const isConnected = peer.conns > 0
  const [tone, word] = linkOf(peer)
  return (
    <li data-live-peer={peer.label}>
      <Mark tone={tone}>{word}</Mark>
      <span>{peer.label}</span>
      <span class="peer-words">
        {isConnected && `${millis(peer.rtt_p50_ms)} / ${millis(peer.rtt_p99_ms)} ms, `}
        {peer.head ? `at window ${number(peer.head.window)} when it linked` : 'has not said its window'}
      </span>
    </li>
  )
}
