import type { PqBackend } from '@montana/crypto'
import { type RandomSource, seededRandom } from '@montana/foundation'
import { type Replays, sameText } from './counts.js'
import { type Heard, kindOf, windowOf } from './messages.js'
import { CANDIDATE, memberOf, OBSERVER, OPERATORS } from './nodes.js'
import type { Recording } from './recording.js'
import { RestingLedger } from './resting.js'

/** Said between two restarts. */
const PER_PROCESS = 2_000

/**
 * To the ledger plane of each node over the store with which it was stopped, started anew for every two thousand, in
 * random order and in the name of any peer: `count` in all, half of them to the observer. An operator that starts goes on
 * voting on the window that is open, so it is told only of what is closed; the observer is told everything.
 */
export async function replayToStopped(
  { files, ear }: Recording,
  crypto: PqBackend,
  replays: Replays,
  count: number,
): Promise<void> {
  const random = seededRandom(17)
  const peers = files.members.map(({ identity }) => identity.peerId)
  const labels = [OBSERVER, OPERATORS[0], OBSERVER, CANDIDATE, OBSERVER, OPERATORS[1], OBSERVER, OPERATORS[2]]
  for (let done = 0, turn = 0; done < count; done += PER_PROCESS, turn++) {
    const label = labels[turn % labels.length] ?? OBSERVER
    const node = await RestingLedger.open(files, memberOf(files, label), crypto)
    try {
      const times = Math.min(PER_PROCESS, count - done)
      await replayTo(node, label, ear.heard, { replays, random, peers, times })
    } finally {
      await node.close()
    }
  }
}

interface Course {
  readonly replays: Replays
  readonly random: RandomSource
  readonly peers: readonly string[]
  readonly times: number
}

async function replayTo(node: RestingLedger, label: string, heard: readonly Heard[], course: Course): Promise<void> {
  const { replays, random, peers, times } = course
  const isObserver = label === OBSERVER
  const where = isObserver ? 'observer, after a restart' : 'operator, after a restart'
  const { head } = node
  const isOpen = (one: Heard) => (windowOf(one) ?? 0) >= head
  const told = isObserver ? heard : heard.filter((one) => !isOpen(one))
  if (isObserver) for (const one of heard.filter(isOpen)) await node.say(pick(peers, random), one)
  const before = { durable: node.durable(head), memory: node.memory }
  for (let time = 0; time < times; time++) {
    const one = pick(told, random)
    replays.note(where, kindOf(one), await node.say(pick(peers, random), one))
  }
  replays.compare(where, before.durable, node.durable(head), sameText)
  const { chain, registrations } = node.memory
  const after = isObserver ? node.memory : { ...before.memory, chain, registrations }
  replays.compare(where, before.memory, after, (a, b) => a === b)
}

function pick<T>(list: readonly T[], random: RandomSource): T {
  return list[Math.floor(random.next() * list.length)] as T
}
