import type { RunningNode } from '../../../packages/node/src/node.js'
import { until } from '../../e2e/support/montana.js'
import { type Replays, sameText } from './counts.js'
import { type Heard, windowOf } from './messages.js'
import { memberOf, OBSERVER, startMember } from './nodes.js'
import { headOf, type Recording } from './recording.js'
import { durableStateOf } from './state.js'

const PATIENCE_MS = 120_000
const METRIC = /^montana_ledger_messages_total\{kind="(\w+)",outcome="(\w+)"\} (\d+)$/gm

/**
 * Over the mesh, by a peer that did not make any of it: to the node that heard it all, and to the same node after a
 * restart. A process that has just started may take what belongs to the two windows that are open to it once more, and
 * its senders repeat it by duty; so that is said once before it counts.
 */
export async function replayLive(recording: Recording, replays: Replays): Promise<void> {
  const said = recording.ear.heard.filter(({ protocol }) => protocol !== 'answer')
  await replayTo(recording, recording.observer, said, replays, 'mesh')
  await recording.observer.stop()
}

export async function replayAfterRestart(recording: Recording, replays: Replays): Promise<void> {
  const { files, ear } = recording
  const member = memberOf(files, OBSERVER)
  const said = ear.heard.filter(({ protocol }) => protocol !== 'answer')
  const again = await startMember(files, member)
  try {
    await until(() => ear.hears(member.identity.peerId), PATIENCE_MS, 'the observer is back')
    await replayTo(recording, again, said, replays, 'mesh, after a restart')
  } finally {
    await again.stop()
  }
}

async function replayTo(
  { files, ear }: Recording,
  node: RunningNode,
  said: readonly Heard[],
  replays: Replays,
  where: string,
): Promise<void> {
  const { dataDir, identity } = memberOf(files, OBSERVER)
  const head = await headOf(node)
  const isOpen = (heard: Heard) => (windowOf(heard) ?? 0) >= head
  const say = (messages: readonly Heard[]) => deliver(node, messages, (heard) => ear.repeat(identity.peerId, heard))
  const untouched = durableStateOf(dataDir)
  note(replays, where, await say(said.filter((heard) => !isOpen(heard))))
  replays.compare(where, untouched, durableStateOf(dataDir), sameText)
  await say(said.filter(isOpen))
  const before = durableStateOf(dataDir)
  note(replays, where, await say(said.filter(isOpen)))
  replays.compare(where, before, durableStateOf(dataDir), sameText)
}

type Outcomes = ReadonlyMap<string, number>

/** What the node counts them as; resolves when it has counted all of them. */
async function deliver(
  node: RunningNode,
  messages: readonly Heard[],
  repeat: (heard: Heard) => void,
): Promise<Outcomes> {
  const before = await outcomes(node)
  for (const heard of messages) repeat(heard)
  let after = before
  const arrived = async () => {
    after = await outcomes(node)
    return sum(after) - sum(before) >= messages.length
  }
  await until(arrived, PATIENCE_MS, `${messages.length} messages are judged`)
  return new Map([...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)]))
}

async function outcomes({ statusUrl }: RunningNode): Promise<Map<string, number>> {
  const text = await (await fetch(`${statusUrl}/metrics`)).text()
  return new Map([...text.matchAll(METRIC)].map(([, kind, outcome, count]) => [`${kind} ${outcome}`, Number(count)]))
}

function note(replays: Replays, where: string, delivered: Outcomes): void {
  for (const [key, count] of delivered) {
    const [kind = '', outcome = ''] = key.split(' ')
    if (count > 0) replays.note(where, kind, outcome, count)
  }
}

function sum(counts: Outcomes): number {
  return [...counts.values()].reduce((all, count) => all + count, 0)
}
