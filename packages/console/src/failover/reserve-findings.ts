import type { FailoverFindingView } from '../api/failover-views.js'
import type { UnjudgedGroup } from './findings.js'
import { hasWitnessQuorum, listed, silentHosts, type Witnesses, witnessesOf } from './strength.js'

const START = 'start `montana failover run` there, or mend the network: Probes says what else answers on the host'

/** What the group has less of than it should, while it still works. Pure. */
export function reserveFindings(group: UnjudgedGroup): FailoverFindingView[] {
  return [...hosts(group), ...links(group), ...witnesses(group), ...configuration(group), ...pause(group)]
}

function hosts({ chains }: UnjudgedGroup): FailoverFindingView[] {
  const places = chains[0]?.places ?? []
  const silent = silentHosts({ places })
  if (silent.length === 0) return []
  const text = `${silent.length} of ${places.length} hosts are silent: ${listed(silent)}`
  return [warning('HOSTS_SILENT', text, START)]
}

function witnesses(group: UnjudgedGroup): FailoverFindingView[] {
  const { names, silent, parted } = witnessesOf(group)
  if (names.length > 0 && silent.length === 0) return partedFrom(parted)
  const remedy = 'start `montana witness serve` on them, or mend the network to them'
  if (names.length === 0) {
    const text = 'there is no witness: below a majority of the hosts nothing runs'
    return [warning('NO_WITNESS', text, 'name three witnesses outside the hosts in the file of the group')]
  }
  const risk = hasWitnessQuorum(group) ? '' : '; below a majority of the hosts nothing would run'
  return [warning('WITNESSES_SILENT', `witnesses that answer nobody: ${listed(silent)}${risk}`, remedy)]
}

function partedFrom(parted: Witnesses['parted']): FailoverFindingView[] {
  if (parted.length === 0) return []
  const said = parted.map(({ name, from }) => `${name} does not answer ${listed(from)}`)
  const remedy = 'mend the network between them: a host that is cut off counts on the witnesses that it reaches'
  return [warning('WITNESS_PARTED', `${said.join('; ')}; others it does`, remedy)]
}

const LINKS_SHOWN = 3

/** Between hosts that are alive: a cut in the network. */
function links({ chains, observers }: UnjudgedGroup): FailoverFindingView[] {
  const silent = new Set(silentHosts({ places: chains[0]?.places ?? [] }))
  const cut = observers.flatMap(({ host: by, hosts }) =>
    hosts.filter(({ host, isSelf, isAlive }) => !isSelf && !isAlive && !silent.has(host)).map(({ host }) => [by, host]),
  )
  const pairs = [...new Set(cut.map((ends) => ends.sort().join(' and ')))]
  if (pairs.length === 0) return []
  const more = pairs.length > LINKS_SHOWN ? ` and ${pairs.length - LINKS_SHOWN} pairs more` : ''
  const text = `hosts that are alive do not hear each other: ${pairs.slice(0, LINKS_SHOWN).join(', ')}${more}`
  return [warning('LINKS_CUT', text, 'mend the network between them: Probes says who hears whom')]
}

function configuration({ hasOneConfig }: UnjudgedGroup): FailoverFindingView[] {
  if (hasOneConfig) return []
  const text = 'the configurations of the agents differ: planned moves wait'
  return [warning('CONFIG_DIFFERS', text, 'put the same file on every host and start the agents anew')]
}

function pause({ pause: found }: UnjudgedGroup): FailoverFindingView[] {
  if (!found) return []
  const text = `paused by ${found.by}: ${found.reason}. If the leader fails, no host takes over; what must stop still stops`
  return [warning('PAUSED', text, 'resume the group once the work is done')]
}

function warning(code: string, text: string, remedy: string): FailoverFindingView {
  return { code, level: 'warning', policy: null, text, remedy }
}
