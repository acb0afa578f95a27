import type { RandomSource } from '@montana/foundation'
import type { Replays } from '../ledger/counts.js'
import { untilSoon } from '../until.js'
import type { Session, WireNetwork } from './network.js'
import { splitBytes } from './split.js'

const PATIENCE_MS = 30_000
const WAYS = [
  'its own session',
  'an earlier session',
  "another peer's session",
  'the other direction',
  'a handshake',
] as const
const FRAME_BYTES_MAX = 2 + 65_535
/** Sessions whose frames are kept. */
const KEPT = 64

type Way = (typeof WAYS)[number]

interface Kept {
  readonly peer: number
  readonly frames: readonly Buffer[]
}

/**
 * Raw bytes, behind those of a live connection: the cipher refuses them, nothing is delivered, and the node closes. One a
 * connection, because what follows it is never looked at.
 */
export async function replayFrames(
  net: WireNetwork,
  replays: Replays,
  random: RandomSource,
  count: number,
): Promise<void> {
  const kept: Kept[] = []
  for (let round = 0; round < count; round++) {
    const peer = round % 2
    const session = await net.session(peer, 0)
    const wanted = WAYS[Math.floor(random.next() * WAYS.length)] ?? WAYS[0]
    const choices = choicesFor(session, peer, kept)
    const way = choices[wanted].length > 0 ? wanted : WAYS[0]
    const bytes = choices[way][Math.floor(random.next() * choices[way].length)]
    if (!bytes) throw new Error('a session without a frame')
    replays.note(`frame of ${way}`, 'frame', await replayed(net, session, way === 'a handshake' ? whole(bytes) : bytes))
    kept.push({ peer, frames: choices['its own session'] })
    if (kept.length > KEPT) kept.shift()
  }
}

function choicesFor({ tapped }: Session, peer: number, kept: readonly Kept[]): Record<Way, readonly Buffer[]> {
  const { frames, handshake } = splitBytes(tapped.sent, 2)
  const framesOf = (of: (one: Kept) => boolean) => kept.filter(of).flatMap((one) => one.frames)
  return {
    'its own session': frames,
    'an earlier session': framesOf((one) => one.peer === peer),
    "another peer's session": framesOf((one) => one.peer !== peer),
    'the other direction': splitBytes(tapped.answered, 1).frames,
    'a handshake': handshake,
  }
}

async function replayed(net: WireNetwork, { connection, tapped }: Session, bytes: Buffer): Promise<string> {
  const before = net.reached(0)
  tapped.inject(bytes)
  await untilSoon(() => tapped.isClosed, PATIENCE_MS, 'the node closes after a replayed frame')
  connection.abort(new Error('replayed'))
  const after = net.reached(0)
  return after.messages === before.messages && after.refused === before.refused + 1 ? 'refused' : 'accepted'
}

/** Read as a frame, its length is another one: behind it comes itself again, as often as the longest frame needs. */
function whole(message: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(FRAME_BYTES_MAX / message.length) }, () => message))
}
