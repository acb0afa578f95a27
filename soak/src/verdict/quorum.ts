import type { NodeData, Sample } from '../analysis/run-data.js'
import type { RawFinding, RuleInput } from '../rules/types.js'

/** 67 of 100 parts of the weight cement a window: spec protocol. Members of these meshes weigh alike. */
const QUORUM = 0.67
const ACTIVE = 'Active'
const MS_PER_S = 1000

/** Were fewer than 67 % of the members reachable in some poll of that time? */
export function isQuorumAway({ data, periodS }: RuleInput, { fromMs, toMs }: RawFinding): boolean {
  const members = data.nodes.filter(isMember)
  if (members.length === 0) return false
  const slackMs = periodS * MS_PER_S
  const isThen = ({ tsMs }: Sample) =>
    tsMs !== null && tsMs >= (fromMs ?? tsMs) - slackMs && tsMs <= (toMs ?? tsMs) + slackMs
  const away = new Map<number, number>()
  for (const { samples } of members) {
    for (const { seq } of samples.filter((sample) => isThen(sample) && !sample.reachable))
      away.set(seq, (away.get(seq) ?? 0) + 1)
  }
  return [...away.values()].some((count) => (members.length - count) / members.length < QUORUM)
}

function isMember({ samples }: NodeData): boolean {
  return samples.some(({ phase }) => phase === ACTIVE)
}
