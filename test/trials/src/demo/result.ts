import { type ChatLog, fenceBreaks } from '../chat/chat-log.js'
import type { Group } from '../group/group.js'
import { WITNESSES } from '../group/layout.js'
import { overlapsOf } from '../group/role-log.js'
import { type Spread, spreadOf } from '../percentiles.js'
import type { Gap } from './cycle.js'
import type { Story } from './story.js'

export interface DemoResult {
  readonly verdict: 'PASS' | 'FAIL'
  readonly reasons: readonly string[]
  readonly trials: number
  readonly gapsMs: Spread
  readonly perDead: Readonly<Record<string, Spread>>
  /** Instants with two hosts acting for one policy. */
  readonly doubleLeaders: number
  /** Messages that nobody answered, or that were answered twice. */
  readonly lostWrites: number
  readonly writes: number
  /** Accepted effects of a lower epoch after a higher one. */
  readonly fenceBreaks: number
  readonly witnesses: number
  readonly network: string
  readonly timeline: ReturnType<Story['timeline']>
}

/** The promise: spec three-mirror. */
const GAP_MAX_MS = 10_000

export function resultOf(planned: number, gaps: readonly Gap[], group: Group, chat: ChatLog, story: Story): DemoResult {
  const doubleLeaders = overlapsOf(group.roles.tenures()).length
  const lostWrites = chat.unanswered() + chat.answeredTwice()
  const breaks = fenceBreaks(chat.effects())
  const worst = Math.max(...gaps.map(({ gapMs }) => gapMs), 0)
  const reasons = [
    ...(gaps.length < planned ? [`${planned - gaps.length} of ${planned} trials did not take place: nobody led`] : []),
    ...(worst < GAP_MAX_MS ? [] : [`a failover took ${worst} ms`]),
    ...(doubleLeaders === 0 ? [] : [`two hosts acted for one policy ${doubleLeaders} times`]),
    ...(lostWrites === 0 ? [] : [`${lostWrites} messages were lost or answered twice`]),
    ...(breaks === 0 ? [] : [`the sink took ${breaks} effects of a lower epoch`]),
  ]
  const finite = gaps.filter(({ gapMs }) => Number.isFinite(gapMs))
  return {
    verdict: reasons.length === 0 ? 'PASS' : 'FAIL',
    reasons,
    trials: gaps.length,
    gapsMs: spreadOf(finite.map(({ gapMs }) => gapMs)),
    perDead: perDead(finite),
    doubleLeaders,
    lostWrites,
    writes: chat.messages(),
    fenceBreaks: breaks,
    witnesses: WITNESSES.length,
    network: group.network.kind,
    timeline: story.timeline(),
  }
}

function perDead(gaps: readonly Gap[]): Record<string, Spread> {
  const counts = [...new Set(gaps.map(({ dead }) => dead))].sort((a, b) => a - b)
  return Object.fromEntries(
    counts.map((dead) => {
      return [String(dead), spreadOf(gaps.filter((gap) => gap.dead === dead).map(({ gapMs }) => gapMs))]
    }),
  )
}
