import { formatTime } from '@montana/foundation'
import type {
  FailoverChangeView,
  FailoverGroupView,
  FailoverHistoryView,
  FailoverIncidentView,
} from '../api/failover-views.js'
import type { AgentHistory, AgentRecord } from './agent-schema.js'
import { INCIDENTS_MAX } from './constants.js'
import { epochText } from './epoch-text.js'

type Told = Pick<FailoverHistoryView, 'changes' | 'incidents'>

/** What all agents know, each change once, newest first. Pure. */
export function historyView({ chains }: FailoverGroupView, histories: readonly AgentHistory[], limit: number): Told {
  const chainOf = new Map(chains.map(({ policy, places }) => [policy, places.map(({ host }) => host)]))
  const records = new Map(histories.flatMap(({ history }) => history).map((record) => [idOf(record), record]))
  const newest = [...records.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.sequence - a.sequence))
  return {
    changes: newest.slice(0, limit).map((record) => changeView(record, chainOf.get(record.policy) ?? [])),
    incidents: incidentViews(histories),
  }
}

function idOf({ host, sequence }: AgentRecord): string {
  return `${host}-${sequence}`
}

function changeView(record: AgentRecord, chain: readonly string[]): FailoverChangeView {
  const { sequence: _, epoch, ...rest } = record
  return { id: idOf(record), ...rest, epoch, epochText: epoch === null ? null : epochText(epoch, chain) }
}

/** Of one that goes on, the agent that was asked last knows the longest. */
function incidentViews(histories: readonly AgentHistory[]): FailoverIncidentView[] {
  const longest = new Map<string, AgentHistory['incidents'][number]>()
  for (const incident of histories.flatMap(({ incidents }) => incidents)) {
    const key = `${incident.policy} ${incident.sides.map(({ epoch }) => epoch).sort()}`
    if (incident.overlapMs > (longest.get(key)?.overlapMs ?? -1)) longest.set(key, incident)
  }
  const begin = ({ sides }: AgentHistory['incidents'][number]) => Math.max(...sides.map(({ fromMs }) => fromMs))
  const newest = [...longest.values()].sort((a, b) => begin(b) - begin(a)).slice(0, INCIDENTS_MAX)
  return newest.map(({ policy, overlapMs, sides }) => ({
    ...{ policy, overlapMs },
    sides: sides.map(({ fromMs, untilMs, ...side }) => ({
      ...side,
      from: formatTime(fromMs),
      to: untilMs === null ? null : formatTime(untilMs),
    })),
  }))
}
