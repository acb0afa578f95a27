import type { Rule, Violation } from './types.js'

/** No two hosts acted in one epoch of a policy, as they say themselves and as the sink has seen them. Spec three-mirror 9. */
export const epoch: Rule = ({ spans, effects }) => {
  const holders = new Map<string, Set<string>>()
  const hold = (key: string, host: string) => holders.set(key, (holders.get(key) ?? new Set()).add(host))
  for (const span of spans) if (span.epoch !== null) hold(`${span.policy} ${span.epoch}`, span.host)
  for (const { outcome, epoch, host } of effects) if (outcome === 'accepted') hold(`serve ${epoch}`, host)
  return [...holders].flatMap(([key, hosts]): Violation[] =>
    hosts.size < 2 ? [] : [{ rule: 'epoch', message: `${[...hosts].join(' and ')} acted in ${key}` }],
  )
}
