import type { FailoverFindingView, FailoverGroupView, FailoverView } from '../../../src/api/failover-views.js'
import { interval } from '../data/format.js'
import { actingHosts, listed, type Said } from './words.js'

/** Worst first. */
const WARNINGS = [
  ['NO_STANDBY', 'and nobody could take over'],
  ['PAUSED', 'paused: nobody takes over'],
  ['NO_MAJORITY', 'without a majority of the hosts'],
  ['LEADER_DISPUTED', 'while the leader changes'],
] as const

/** The whole in one line. */
export function verdictSaid(findings: readonly FailoverFindingView[]): Said {
  const alarm = alarmText(findings)
  if (alarm !== null) return { tone: 'bad', text: `Act now: ${alarm}` }
  const warning = WARNINGS.find(([code]) => findings.some((one) => one.code === code))
  if (warning) return { tone: 'warn', text: `It works, ${warning[1]}` }
  if (findings.length > 0) return { tone: 'warn', text: 'It works, with less in reserve' }
  return { tone: 'good', text: 'Safe: nothing to do' }
}

/** The first alarm, for every chain that has it. */
function alarmText(findings: readonly FailoverFindingView[]): string | null {
  const alarms = findings.filter(({ level }) => level === 'alarm')
  const [first] = alarms
  if (!first) return null
  const isNobody = first.code === 'NO_LEADER'
  const like = alarms.filter(({ code }) => (code === 'NO_LEADER') === isNobody)
  const policies = listed(like.flatMap(({ policy }) => policy ?? []))
  return isNobody ? `nobody leads ${policies}` : `two hosts lead ${policies}`
}

/** `almaty leads serve, spb leads coordinate.` */
export function leadersText({ chains }: FailoverGroupView): string {
  const byHosts = Map.groupBy(chains, (chain) => listed(actingHosts(chain)))
  const parts = [...byHosts].map(([hosts, led]) => {
    const verb = led.some((chain) => actingHosts(chain).length > 1) ? 'lead' : 'leads'
    return `${hosts || 'nobody'} ${verb} ${listed(led.map(({ policy }) => policy))}`
  })
  return `${capitalised(parts.join(', '))}.`
}

/** Said only where nothing is missing. */
export function reserveText({ chains }: FailoverGroupView): string {
  const boundMs = Math.max(0, ...chains.map((chain) => chain.boundMs))
  return `Every host and witness answers; if a leader fails, the next host takes over within ${interval(boundMs)}.`
}

/** Names of hosts stay as they are. */
function capitalised(text: string): string {
  return text.startsWith('nobody') ? `N${text.slice(1)}` : text
}

/** What cannot wait until somebody looks at the tab; null where nothing is so. */
export function alarmOf({ agents, groups }: FailoverView): string | null {
  const alarm = groups.map(({ findings }) => alarmText(findings)).find((text) => text !== null)
  if (alarm !== undefined) return alarm
  return agents.every(({ error }) => error !== null) ? 'no agent answers' : null
}
