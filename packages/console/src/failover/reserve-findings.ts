import type { FailoverFindingView } from '../api/failover-views.js'
import type { UnjudgedGroup } from './findings.js'
import { hasWitnessQuorum, listed, silentHosts, type Witnesses, witnessesOf } from './strength.js'

const START = 'start `montana failover run` there, or mend the network: Probes says what else answers on the host'

/** What the group has less of than it should, while it still works. Pure. */
export function reserveFindings(group: UnjudgedGroup): FailoverFindingView[] {
  return [
    ...hosts(group),
    ...unfit(group),
    ...links(group),
    ...witnesses(group),
    ...replicas(group),
    ...configuration(group),
    ...pause(group),
  ]
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

/** Alive, and still no reserve. */
function unfit({ chains }: UnjudgedGroup): FailoverFindingView[] {
  const places = chains.flatMap((chain) => chain.places)
  const found = places.filter(({ isAlive, isEligible, state }) => isAlive && !isEligible && state !== 'acting')
  const said = new Set(found.map(({ host, reason }) => (reason === null ? host : `${host} (${reason})`)))
  if (said.size === 0) return []
  const remedy = 'wait where it starts or stepped down; else see its log: it says what it lacks'
  return [warning('HOST_UNFIT', `not fit to take over: ${listed([...said])}`, remedy)]
}

/** Twelve seconds carry every write to every host that is reached: spec three-mirror 1.3, F10. */
const IN_STEP_MS = 12_000

function replicas({ breathing }: UnjudgedGroup): FailoverFindingView[] {
  const behind = breathing.filter(
    ({ state, lagMs, failedCycles }) =>
      state === 'breathing' && ((lagMs ?? 0) >= IN_STEP_MS || (failedCycles ?? 0) > 1),
  )
  if (behind.length === 0) return []
  const said = behind.map(({ host, lastError }) => (lastError ? `${host} (${lastError.code})` : host))
  const remedy = 'see `montana breathe status` there: what was written last may be missing on the next leader'
  return [warning('REPLICA_BEHIND', `replicas that are not in step: ${listed(said)}`, remedy)]
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
