import { withTimeout } from '@montana/foundation'
import { BYE_REASON, encodeBye } from '../payloads/bye.js'
import type { Link, Peer } from '../peer/peer.js'
import { encodeEnvelope } from '../wire/envelope.js'
import { BASE_PROTOCOL } from '../wire/protocols.js'
import { request } from '../wire/request.js'
import { BASE_TYPE } from '../wire/types.js'
import type { MeshContext } from './context.js'
import { checkPong } from './pong.js'

/** Bye to own peers, as far as the time allows; a base peer would not know it. Spec transport 17. */
export async function sayFarewell(context: MeshContext): Promise<void> {
  const links = [...context.peers.connected()].flatMap((peer) => {
    const link = peer.bestLink((candidate) => candidate.speaksExt === true)
    return link === undefined ? [] : [{ peer, link }]
  })
  const { farewellMs } = context.limits.stop
  await withTimeout(farewellMs, undefined, (signal) =>
    Promise.allSettled(links.map(({ peer, link }) => sendBye(context, peer, link, signal))),
  ).catch(() => {})
}

async function sendBye(context: MeshContext, peer: Peer, link: Link, signal: AbortSignal): Promise<void> {
  const payload = encodeBye(BYE_REASON.maintenance)
  await request(link.connection, {
    protocol: BASE_PROTOCOL,
    bytes: encodeEnvelope({ type: BASE_TYPE.bye, requestId: 0n, payload }),
    timeoutMs: context.limits.stop.farewellMs,
    signal,
    checkAnswer: checkPong(0n),
    nowMs: context.nowMs,
    traffic: peer.traffic,
  })
}
