import type { NodeData, Sample } from '../analysis/run-data.js'
import type { RawFinding, RuleInput } from '../rules/types.js'
import { afterMs, beforeMs } from './times.js'

/** 67 of 100 parts of the weight cement a window: spec protocol. Members of these meshes weigh alike. */
const QUORUM = 0.67
const ACTIVE = 'Active'
const MS_PER_S = 1000

/** Were fewer than 67 % of the members reachable all that time, but for the polls in which they went and came back? */
export function isQuorumAway(input: RuleInput, { fromMs, toMs }: RawFinding): boolean {
  const { data, periodS } = input
  const members = data.nodes.filter(isMember)
  if (members.length === 0 || fromMs === null || toMs === null) return false
  const slackMs = periodS * MS_PER_S
  const isThen = ({ tsMs }: Sample) => tsMs !== null && tsMs >= fromMs - slackMs && tsMs <= toMs + slackMs
  const away = new Map<number, number>()
  for (const { samples } of members) {
    for (const { seq } of samples.filter((sample) => isThen(sample) && !sample.reachable))
      away.set(seq, (away.get(seq) ?? 0) + 1)
  }
  const polls = [...away.values()].filter((count) => (members.length - count) / members.length < QUORUM).length
  const due = (toMs - fromMs) / slackMs
  return polls > 0 && due - polls <= (beforeMs(input) + afterMs(input)) / slackMs
}

function isMember({ samples }: NodeData): boolean {
  return samples.some(({ phase }) => phase === ACTIVE)
}
