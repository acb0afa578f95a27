import { SKEW_LIMIT_MS } from '../constants.js'
import { BreathError } from '../errors.js'
import { trimHistory } from '../merge/history.js'
import { holdFuture } from '../merge/hold-future.js'
import { mergeStates } from '../merge/merge.js'
import { stampMs } from '../merge/stamp.js'
import type { BreathState } from '../merge/state.js'
import { dropTombstones, type Vector } from '../merge/tombstones.js'
import type { Session } from './session.js'
import type { Source } from './sources.js'

/** Merges every verified ref into the state, in memory. A ref that is ignored does not hinder the others. */
export async function takeIn(session: Session, signal?: AbortSignal): Promise<void> {
  session.refs = await session.parts.repository.refs(signal)
  const sources = await session.parts.sources.read(session.refs, signal)
  const before = session.state
  session.reports.clear()
  for (const source of sources) takeSource(session, source)
  if (session.state === before) return
  session.state = tidy(session, session.state)
  for (const stamp of session.state.vector.values()) session.clock.observe(stamp)
}

function takeSource(session: Session, { ref, host, outcome }: Source): void {
  if ('error' in outcome) return session.report(ref, outcome.error)
  if (session.merged.has(outcome.state)) return
  const { state, farthest } = holdFuture(outcome.state, session.time.wallMs() + SKEW_LIMIT_MS)
  if (farthest === undefined) session.merged.add(outcome.state)
  else session.report(ref, tooEarly(host, farthest, session.time.wallMs()))
  const merged = mergeStates(session.state, state)
  session.state = merged.state
  session.conflicts += merged.conflicts
}

function tooEarly(host: string, stamp: string, nowMs: number): BreathError {
  const seconds = Math.round((stampMs(stamp) - nowMs) / 1000)
  return new BreathError('STAMP_FUTURE', `breath/${host} has writes stamped ${seconds} s ahead; they wait until then`, {
    field: host,
    remedy: 'set the clocks of the hosts right',
    metadata: { stamp },
  })
}

/** What is over by age or size goes; in the end on all hosts alike. */
export function tidy(session: Session, state: BreathState): BreathState {
  const { historyBytes, historyMs } = session.options
  const nowMs = session.time.wallMs()
  const history = trimHistory(state.history, nowMs, { bytes: historyBytes, ageMs: historyMs })
  const trimmed = history === state.history ? state : { ...state, history }
  return dropTombstones(trimmed, confirmedBy(session), nowMs)
}

/** Per host other than this one, what it is known to contain; null when never heard of. */
export function vectorsOf(session: Session): ReadonlyMap<string, Vector | null> {
  const others = session.modules.verifier.hosts().filter((host) => host !== session.options.node)
  const vectors = new Map<string, Vector | null>(others.map((host) => [host, null]))
  for (const { host, outcome } of session.parts.sources.all()) {
    if ('error' in outcome || !vectors.has(host)) continue
    vectors.set(host, later(vectors.get(host) ?? null, outcome.state.vector))
  }
  return vectors
}

/** The same host by way of the hub and of a peer: it has what either says, for it forgets nothing. */
function later(a: Vector | null, b: Vector): Vector {
  if (a === null) return b
  return new Map([...a, ...[...b].filter(([node, stamp]) => stamp > (a.get(node) ?? ''))])
}

function confirmedBy(session: Session): (Vector | null)[] {
  return [...vectorsOf(session).values()]
}
