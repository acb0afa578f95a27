import type { FailoverChainView, FailoverClaimView, FailoverFindingView } from '../api/failover-views.js'
import type { UnjudgedGroup } from './findings.js'
import { hasWitnessQuorum, isMajorityAlive, listed, silentHosts } from './strength.js'

const NOTHING_TWICE = 'effects that no fence guards may happen twice until then'

/** Whether exactly one host leads the chain, by what right, and whether another could. Pure. */
export function leaderFindings(chain: FailoverChainView, group: UnjudgedGroup, nowMs: number): FailoverFindingView[] {
  const { claims, leaders } = chain
  if (claims.length > 1) return [twoLeaders(chain, nowMs)]
  if (leaders.length > 1) return [disputed(chain)]
  if (leaders.length === 0) return [nobody(chain, group)]
  return [...minority(chain), ...noStandby(chain)]
}

function twoLeaders(chain: FailoverChainView, nowMs: number): FailoverFindingView {
  const { claims, boundMs } = chain
  const shared = claims.find(({ epoch }, index) => claims.some((one, other) => other < index && one.epoch === epoch))
  if (shared) return oneEpoch(chain, shared)
  return actingTogetherMs(claims, nowMs) > boundMs ? split(chain) : unaware(chain)
}

/** How long the last of them has acted; what nobody tells is young. */
function actingTogetherMs(claims: readonly FailoverClaimView[], nowMs: number): number {
  const begins = claims.map(({ since }) => (since === null ? nowMs : Date.parse(since)))
  return nowMs - Math.max(...begins)
}

/** An epoch carries the place of its host: two cannot have one, unless something is broken or copied. */
function oneEpoch({ policy, claims }: FailoverChainView, { epoch, epochText }: FailoverClaimView): FailoverFindingView {
  const hosts = [...new Set(claims.filter((claim) => claim.epoch === epoch).map(({ host }) => host))]
  return {
    ...{ code: 'ONE_EPOCH_TWO_LEADERS', level: 'alarm', policy },
    text: `two agents, of ${listed(hosts)}, lead ${policy} in one epoch, ${epochText}: a defect, and no fence tells them apart`,
    remedy: 'end one of the two agents now; look for an identity or a state folder that was copied, and keep both logs',
  }
}

/** Longer than any change takes: neither will notice by itself. A step-down alone gives the role to a neighbour. */
function split({ policy, claims }: FailoverChainView): FailoverFindingView {
  const minor = claims.filter(({ standing }) => standing === 'minority')
  const side = listed((minor.length > 0 ? minor : claims.slice(1)).map(({ host }) => host))
  const both = listed(claims.map(({ host }) => host))
  return {
    ...{ code: 'TWO_LEADERS', level: 'alarm', policy },
    text: `${both} lead ${policy}, in different epochs, for longer than a change takes: the network is cut between them, and each side has a majority or enough witnesses`,
    remedy: `mend the network; if that takes long, stop the agents on the side of ${side}${minor.length > 0 ? ', which has no majority' : ''}; ${NOTHING_TWICE}`,
  }
}

function unaware({ policy, claims }: FailoverChainView): FailoverFindingView {
  const [newest, ...older] = claims.map(({ host }) => host)
  return {
    ...{ code: 'OLD_LEADER_UNAWARE', level: 'alarm', policy },
    text: `${newest} leads ${policy}, and ${listed(older)}, of a lower epoch, has not noticed yet: it stops by itself when its lease ends`,
    remedy: `wait for the end of its lease; if it goes on after that, let it step down; ${NOTHING_TWICE}`,
  }
}

function disputed({ policy, leaders }: FailoverChainView): FailoverFindingView {
  const said = leaders.map(({ host, epochText, seenBy }) => `${host} (${epochText}) by ${listed(seenBy)}`)
  return {
    ...{ code: 'LEADER_DISPUTED', level: 'warning', policy },
    text: `agents name different leaders of ${policy}: ${said.join('; ')}`,
    remedy: 'it passes within seconds of a change; if it stays, those agents do not hear each other: see Probes',
  }
}

function nobody(chain: FailoverChainView, group: UnjudgedGroup): FailoverFindingView {
  return {
    ...{ code: 'NO_LEADER', level: 'alarm', policy: chain.policy },
    ...whyNobody(chain, group),
  }
}

function whyNobody(chain: FailoverChainView, group: UnjudgedGroup): Pick<FailoverFindingView, 'text' | 'remedy'> {
  const { policy, places, boundMs } = chain
  const down = `nobody leads ${policy}, its services are down`
  if (group.pause) return { text: `${down}: the group is paused`, remedy: 'resume the group' }
  if (!isMajorityAlive(chain) && !hasWitnessQuorum(group)) {
    const text = `${down}: fewer than a majority of the hosts are alive, and too few witnesses answer`
    return { text, remedy: `start ${listed(silentHosts(chain))}, or the witnesses: either is enough` }
  }
  if (places.every(({ isAlive, isEligible }) => !isAlive || !isEligible)) {
    return { text: `${down}: no host that is alive is fit to lead`, remedy: 'see in the chain why each is not fit' }
  }
  const text = `${down}: the next host takes over within ${boundMs / 1_000} s`
  return { text, remedy: 'wait for that long; if nobody leads then, see the log of the first host of the chain' }
}

function minority({ policy, places, leaders, standing }: FailoverChainView): FailoverFindingView[] {
  const [leader] = leaders
  if (!leader || (standing !== 'minority' && leader.mode !== 'SURVIVOR')) return []
  return [
    {
      ...{ code: 'NO_MAJORITY', level: 'warning', policy },
      text: `${leader.host} leads ${policy} without a majority of the hosts, on the word of the witnesses: it stops if they fall silent, and holds back what could happen twice`,
      remedy: `start ${listed(silentHosts({ places }))}`,
    },
  ]
}

function noStandby({ policy, places, leaders }: FailoverChainView): FailoverFindingView[] {
  const isStandby = (place: FailoverChainView['places'][number]) =>
    place.host !== leaders[0]?.host && place.isAlive && place.isEligible
  if (places.some(isStandby)) return []
  return [
    {
      ...{ code: 'NO_STANDBY', level: 'warning', policy },
      text: `no other host could take over ${policy} now`,
      remedy: 'start one, or see in the chain why those that are alive are not fit',
    },
  ]
}
