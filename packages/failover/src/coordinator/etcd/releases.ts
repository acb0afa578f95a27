/** First patch of each 3.x in which a leader that was replaced no longer ends leases: etcd-io/etcd pull 16822. */
const MENDED: ReadonlyMap<number, number> = new Map([
  [4, 31],
  [5, 13],
])
const MINOR_MENDED_ALWAYS = 6

/**
 * Whether this release has the fault etcd-io/etcd#15247: a leader that hangs and is replaced lets leases end, as soon as it
 * goes on, that its successor has renewed. A holder hears of it with the next answer of the cluster; until then two may act.
 */
export function endsLeasesEarly(version: string): boolean {
  const [major, minor, patch] = (/^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number)
  if (major !== 3 || minor === undefined || patch === undefined) return false
  return minor < MINOR_MENDED_ALWAYS && patch < (MENDED.get(minor) ?? Number.POSITIVE_INFINITY)
}

/** One line for all members that have it; none where no member has. */
export function earlyEndWarnings(versions: readonly string[]): string[] {
  const affected = [...new Set(versions.filter(endsLeasesEarly))].sort()
  if (affected.length === 0) return []
  const named = affected.map((version) => `etcd ${version}`).join(' and ')
  return [`${named} may end a lease early after its leader hung (etcd-io/etcd#15247): use 3.4.31, 3.5.13, 3.6 or later`]
}
