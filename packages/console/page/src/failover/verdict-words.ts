import type { FailoverFindingView, FailoverGroupView } from '../../../src/api/failover-views.js'
import { interval } from '../data/format.js'
import { listed, type Said } from './words.js'

/** The whole in one line. */
export function verdictSaid(findings: readonly FailoverFindingView[]): Said {
  const [alarm] = findings.filter(({ level }) => level === 'alarm')
  if (alarm) return { tone: 'bad', text: `Act now: ${alarmText(alarm)}` }
  if (findings.length > 0) return { tone: 'warn', text: 'It works, with less in reserve' }
  return { tone: 'good', text: 'Safe: nothing to do' }
}

function alarmText({ code, policy }: FailoverFindingView): string {
  return code === 'NO_LEADER' ? `nobody leads ${policy}` : `two hosts lead ${policy}`
}

/** `almaty leads serve, spb leads coordinate.` */
export function leadersText({ chains }: FailoverGroupView): string {
  const parts = chains.map(({ policy, claims, leaders }) => {
    const hosts = [...new Set((claims.length > 1 ? claims : leaders.slice(0, 1)).map(({ host }) => host))]
    return hosts.length === 0
      ? `nobody leads ${policy}`
      : `${listed(hosts)} ${hosts.length > 1 ? 'lead' : 'leads'} ${policy}`
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
