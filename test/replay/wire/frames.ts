import type { RandomSource } from '@montana/foundation'
import type { Replays } from '../ledger/counts.js'
import { untilSoon as until } from '../until.js'
import type { WireNetwork } from './network.js'
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
    const { connection, tapped } = await net.session(peer, 0)
    const [own, theirs] = [splitBytes(tapped.sent, 2), splitBytes(tapped.answered, 1)]
    const frames = (of: (one: Kept) => boolean) => kept.filter(of).flatMap((one) => one.frames)
    const choices: Record<(typeof WAYS)[number], readonly Buffer[]> = {
      'its own session': own.frames,
      'an earlier session': frames((one) => one.peer === peer),
      "another peer's session": frames((one) => one.peer !== peer),
      'the other direction': theirs.frames,
      'a handshake': own.handshake,
    }
    const way = WAYS[Math.floor(random.next() * WAYS.length)] ?? WAYS[0]
    const bytes = pick(choices[way], random) ?? pick(own.frames, random)
    if (!bytes) throw new Error('a session without a frame')
    const before = net.reached(0)
    tapped.inject(way === 'a handshake' ? untilComplete(bytes) : bytes)
    await until(() => tapped.isClosed, PATIENCE_MS, `the node closes after a frame of ${way}`)
    connection.abort(new Error('replayed'))
    const after = net.reached(0)
    const isRefused = after.messages === before.messages && after.refused === before.refused + 1
    replays.note(`frame of ${way}`, 'frame', isRefused ? 'refused' : 'accepted')
    kept.push({ peer, frames: own.frames })
    if (kept.length > KEPT) kept.shift()
  }
}

/** Read as a frame, its length is another one: behind it comes itself again, as often as the longest frame needs. */
function untilComplete(message: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(FRAME_BYTES_MAX / message.length) }, () => message))
}

function pick<T>(list: readonly T[], random: RandomSource): T | undefined {
  return list[Math.floor(random.next() * list.length)]
}
