import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatLog } from '../chat/chat-log.js'
import type { Group } from '../group/group.js'
import { HOSTS, MACHINES } from '../group/layout.js'
import type { Story } from './story.js'

export interface Gap {
  /** Hosts that are dead once this one has died. */
  readonly dead: number
  /** From the death to the first effect of another host that the sink took. */
  readonly gapMs: number
}

/** What happens to the host that leads: its power goes, all of its processes are stopped, or its cable is pulled. */
export const FAULTS = ['kill', 'freeze', 'cut'] as const
export type Fault = (typeof FAULTS)[number]

/** What a failover may take, and a good deal more, so that a slow one is measured and not only missed. */
const PATIENCE_MS = 30_000
/** The promise is about any moment: the next death comes at a random one. */
const PHASE_MS = 1_500
const SETTLE_MS = 1_000
const LOOK_MS = 10

export interface CycleInit {
  readonly group: Group
  readonly chat: ChatLog
  readonly story: Story
  readonly random: () => number
  readonly fault: Fault
}

/** Strikes whoever leads, four times, until one is left; then brings all back. */
export async function runCycle(init: CycleInit): Promise<Gap[]> {
  const { group, story, random } = init
  const gaps: Gap[] = []
  for (let dead = 1; dead < HOSTS.length; dead++) {
    const leader = await group.leader('serve', PATIENCE_MS)
    if (leader === undefined) return gaps
    await sleep(SETTLE_MS + random() * PHASE_MS)
    gaps.push({ dead, gapMs: await strikeAndMeasure(init, leader) })
    // Whatever it was, this host takes no part in what follows.
    await group.killHost(leader)
  }
  await bringBack(group, story)
  return gaps
}

/** Infinity when nobody took over. */
async function strikeAndMeasure({ group, chat, story, fault }: CycleInit, host: string): Promise<number> {
  const atMs = await strike(group, host, fault)
  story.tell({ atMs, event: EVENTS[fault], host, epoch: null, mode: null })
  for (const endMs = atMs + PATIENCE_MS; Date.now() < endMs; await sleep(LOOK_MS)) {
    const effect = chat.firstAccepted(atMs, host)
    if (!effect) continue
    const gapMs = effect.at_ms - atMs
    story.tell({ atMs: effect.at_ms, event: 'first effect', host: effect.host, epoch: effect.epoch, mode: null, gapMs })
    return gapMs
  }
  return Number.POSITIVE_INFINITY
}

const EVENTS: Readonly<Record<Fault, string>> = { kill: 'died', freeze: 'froze', cut: 'was cut off' }

/** When it happened, wall clock. */
async function strike(group: Group, host: string, fault: Fault): Promise<number> {
  if (fault === 'kill') return await group.killHost(host)
  const atMs = Date.now()
  if (fault === 'freeze') return group.freezeHost(host)
  for (const machine of MACHINES) if (machine !== host) group.network.cut(host, machine)
  return atMs
}

async function bringBack(group: Group, story: Story): Promise<void> {
  if (group.network.kind === 'namespaces') group.network.heal()
  const away = HOSTS.filter((host) => !group.host(host).isRunning)
  for (const host of away) {
    group.host(host).start()
    story.tell({ atMs: Date.now(), event: 'returned', host, epoch: null, mode: null })
  }
  await group.eligible(away, PATIENCE_MS)
}
