import type { Manifest, MirrorConfig, Role } from '../contracts/config.js'

const MINUTE_MS = 60_000

/** The defaults of spec repository-mirror 3.1: what has them is not written. */
const DEFAULT_MINUTES = {
  MIRROR_PERMIT_MINUTES: 30,
  MIRROR_SKEW_MINUTES: 10,
  MIRROR_STALENESS_MINUTES: 180,
  SENTINEL_INTERVAL_MINUTES: 30,
} as const

export type RoleSettings = Pick<MirrorConfig, 'permitMs' | 'skewMs' | 'stalenessMs' | 'sentinel' | 'primaryRepository'>

/**
 * What makes a repository a replica, in the order in which it is written: the role first, because it alone stops everything,
 * then the gates. Spec repository-mirror 3.4, 8.2.
 */
export function replicaVariables(
  manifest: Pick<Manifest, 'gates'>,
  settings: RoleSettings,
  epoch: number,
): ReadonlyMap<string, string> {
  const gates = manifest.gates.map(({ name, inert }): [string, string] => [name, inert])
  return new Map([['MIRROR_ROLE', 'SLAVE' satisfies Role], ...gates, ...shared(settings, epoch)])
}

function shared(settings: RoleSettings, epoch: number): [string, string][] {
  const { primaryRepository, sentinel } = settings
  const primary = primaryRepository === null ? null : `${primaryRepository.owner}/${primaryRepository.name}`
  return [
    ['MIRROR_EPOCH', String(epoch)],
    ...(primary === null ? [] : [['MASTER_REPO', primary] satisfies [string, string]]),
    ['SENTINEL_THRESHOLD', String(sentinel.threshold)],
    ...changedMinutes(settings),
  ]
}

function changedMinutes({ permitMs, skewMs, stalenessMs, sentinel }: RoleSettings): [string, string][] {
  const minutes: Record<keyof typeof DEFAULT_MINUTES, number> = {
    MIRROR_PERMIT_MINUTES: permitMs / MINUTE_MS,
    MIRROR_SKEW_MINUTES: skewMs / MINUTE_MS,
    MIRROR_STALENESS_MINUTES: stalenessMs / MINUTE_MS,
    SENTINEL_INTERVAL_MINUTES: sentinel.intervalMs / MINUTE_MS,
  }
  const names = Object.keys(DEFAULT_MINUTES) as (keyof typeof DEFAULT_MINUTES)[]
  return names.filter((name) => minutes[name] !== DEFAULT_MINUTES[name]).map((name) => [name, String(minutes[name])])
}
