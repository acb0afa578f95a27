import type { FailoverChainView } from '../api/failover-views.js'
import type { UnjudgedGroup } from './findings.js'

type Places = Pick<FailoverChainView, 'places'>

export function silentHosts({ places }: Places): string[] {
  return places.filter(({ isAlive }) => !isAlive).map(({ host }) => host)
}

/** More than half of the configured hosts. */
export function isMajorityAlive({ places }: Places): boolean {
  return 2 * silentHosts({ places }).length < places.length
}

export interface Witnesses {
  readonly names: readonly string[]
  /** Answer no agent. */
  readonly silent: readonly string[]
  /** Answer some agents, and not those of these hosts. */
  readonly parted: readonly { readonly name: string; readonly from: readonly string[] }[]
}

export function witnessesOf({ observers }: Pick<UnjudgedGroup, 'observers'>): Witnesses {
  const names = [...new Set(observers.flatMap(({ witnesses }) => witnesses.map(({ name }) => name)))]
  const unheard = names
    .map((name) => ({ name, from: unheardBy(name, observers) }))
    .filter(({ from }) => from.length > 0)
  const isSilent = ({ from }: { readonly from: readonly string[] }) => from.length === observers.length
  return {
    names,
    silent: unheard.filter(isSilent).map(({ name }) => name),
    parted: unheard.filter((one) => !isSilent(one)),
  }
}

function unheardBy(name: string, observers: UnjudgedGroup['observers']): string[] {
  const isHeard = ({ witnesses }: UnjudgedGroup['observers'][number]) =>
    witnesses.some((one) => one.name === name && one.isAnswering)
  return observers.filter((observer) => !isHeard(observer)).map(({ host }) => host)
}

/** More than half of those configured, the default of the group's file. */
export function hasWitnessQuorum(group: Pick<UnjudgedGroup, 'observers'>): boolean {
  const { names, silent } = witnessesOf(group)
  return names.length > 0 && 2 * silent.length < names.length
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
