import { lineStamp } from '../merge/history.js'
import { type Stamp, stampMs, stampNode } from '../merge/stamp.js'
import type { BreathState } from '../merge/state.js'
import type { Session } from './session.js'
import { vectorsOf } from './take-in.js'

/** Per other host, the age of the oldest own write that it has not confirmed; 0 when it has all. Spec 12.1. */
export function lagOf(session: Session): Record<string, number> {
  const { node } = session.options
  const nowMs = session.time.wallMs()
  const lags = [...vectorsOf(session)].map(([host, vector]) => {
    const oldest = oldestAfter(session.state, node, vector?.get(node) ?? '')
    return [host, oldest === undefined ? 0 : Math.max(1, nowMs - stampMs(oldest))] as const
  })
  return Object.fromEntries(lags)
}

/** What was imported has no time; it is not waited for. */
function oldestAfter(state: BreathState, node: string, confirmed: Stamp): Stamp | undefined {
  if ((state.vector.get(node) ?? '') <= confirmed) return undefined
  let oldest: Stamp | undefined
  for (const stamp of writesOf(state)) {
    if (stamp <= confirmed || stampNode(stamp) !== node || stampMs(stamp) === 0) continue
    if (oldest === undefined || stamp < oldest) oldest = stamp
  }
  return oldest
}

function* writesOf(state: BreathState): Generator<Stamp> {
  for (const registers of state.files.values()) for (const { stamp } of registers.values()) yield stamp
  for (const lines of state.history.values()) for (const line of lines) yield lineStamp(line)
}
