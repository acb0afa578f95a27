import { setTimeout as sleep } from 'node:timers/promises'
import type { TrialNetwork } from '@montana/netns'
import { ChatLog } from '../chat/chat-log.js'
import { Group } from '../group/group.js'
import { CHAT, HOSTS, type Layout } from '../group/layout.js'
import { type Fault, type Gap, runCycle } from './cycle.js'
import type { DemoPage } from './page.js'
import { type DemoResult, resultOf } from './result.js'
import { Story } from './story.js'

export interface DemoInit {
  readonly dir: string
  readonly network: TrialNetwork
  /** Deaths to measure; rounded up to whole cycles of four. */
  readonly trials: number
  readonly fault: Fault
  readonly signal: AbortSignal
  readonly random: () => number
  /** Lines of the story while it happens. */
  onLine?(line: string): void
  /** A page about the group, from before its hosts start until they have ended. */
  openPage?(layout: Layout): Promise<DemoPage | undefined>
  /** While the hosts still run; they end when it is done. */
  onResult?(result: DemoResult): Promise<void>
}

/** Until the bot has answered what was written while nobody served. */
const CATCH_UP_MS = 10_000
const FIRST_LEADER_MS = 20_000
const DEATHS_PER_CYCLE = HOSTS.length - 1

/** Five hosts; their leaders die one after another until one is left; all return; and again. */
export async function runDemo(init: DemoInit): Promise<DemoResult> {
  const { dir, network, trials, fault, signal, random, onLine } = init
  const story = new Story(Date.now(), onLine)
  const group = await Group.create(dir, network)
  const gaps: Gap[] = []
  const cycles = Math.ceil(trials / DEATHS_PER_CYCLE)
  let page: DemoPage | undefined
  try {
    page = await init.openPage?.(group.layout)
    group.roles.onLine((line) => {
      if (line.policy === 'serve' && line.state === 'acting') story.leads(line)
    })
    group.start()
    await group.leader('serve', FIRST_LEADER_MS)
    const chat = new ChatLog(group.layout.home(CHAT))
    group.startWriter()
    for (let cycle = 0; cycle < cycles && !signal.aborted; cycle++)
      gaps.push(...(await runCycle({ group, chat, story, random, fault })))
    await group.stopWriter()
    await untilAnswered(chat)
    const result = resultOf(cycles * DEATHS_PER_CYCLE, gaps, group, chat, story)
    chat.close()
    await init.onResult?.(result)
    return result
  } finally {
    await page?.stop()
    await group.close()
  }
}

async function untilAnswered(chat: ChatLog): Promise<void> {
  for (const endMs = Date.now() + CATCH_UP_MS; Date.now() < endMs && chat.unanswered() > 0; ) await sleep(50)
}
