import type { Rule, SinkLine, Violation } from './types.js'

/** The sink took no effect of an epoch below one that it had taken. Spec three-mirror 9, sink rule. */
export const fence: Rule = ({ effects }) => {
  let highest = 0n
  return accepted(effects).flatMap(({ key, host, epoch }): Violation[] => {
    const mine = BigInt(epoch)
    if (mine < highest) return [{ rule: 'fence', message: `${key} of ${host} in ${epoch} was taken after ${highest}` }]
    highest = mine
    return []
  })
}

/** What the client was told is done is in the sink. */
export const lost: Rule = ({ effects, acknowledged }) => {
  const keys = new Set(accepted(effects).map(({ key }) => key))
  return acknowledged.filter((key) => !keys.has(key)).map((key) => ({ rule: 'lost', message: `${key} is not there` }))
}

/** No write has two effects. */
export const twice: Rule = ({ effects }) => {
  const seen = new Set<string>()
  return accepted(effects).flatMap(({ key }): Violation[] => {
    if (seen.has(key)) return [{ rule: 'twice', message: `${key} was taken twice` }]
    seen.add(key)
    return []
  })
}

function accepted(effects: readonly SinkLine[]): SinkLine[] {
  return effects.filter(({ outcome }) => outcome === 'accepted')
}
