import { sleep } from '@montana/foundation'
import type { AnswerBody, RequestBody } from '../channel/messages/messages.js'
import type { NodeChannel } from '../channel/types.js'
import type { HistoryLog } from './ports.js'

const EVERY_MS = 5_000
const TIMEOUT_MS = 2_000
/** Records in one answer; a frame holds them with room to spare. */
const PAGE_RECORDS = 100

export interface HistoryExchangeModules {
  readonly peers: readonly string[]
  readonly channel: NodeChannel
  readonly history: HistoryLog
}

/** Any host shows the timeline of the group: asks the others, one after another, for what it lacks. Spec 3.3. */
export async function exchangeHistory(modules: HistoryExchangeModules, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    await sleep(EVERY_MS / Math.max(1, modules.peers.length), signal)
    const peer = modules.peers[turn % modules.peers.length]
    if (peer !== undefined) await ask(modules, peer, signal).catch(() => {})
  }
}

async function ask({ channel, history }: HistoryExchangeModules, peer: string, signal: AbortSignal): Promise<void> {
  for (let hasMore = true; hasMore; ) {
    const question: RequestBody<'history'> = { after: history.heads(), limit: PAGE_RECORDS }
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    const page = (await channel.request(peer, 'history', question, timeout)) as AnswerBody<'history'>
    history.learn(page.records)
    hasMore = page.hasMore && page.records.length > 0
  }
}
