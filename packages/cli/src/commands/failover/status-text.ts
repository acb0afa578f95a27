import type { FailoverStatus } from '@montana/failover'

const GREEN = '\x1b[32m'
const RED = '\x1b[31m'
const RESET = '\x1b[0m'

/** One line per chain with a mark per host, then what else a person wants to know at three in the morning. */
export function statusText(status: FailoverStatus, hasColor: boolean): string[] {
  const chains = Object.entries(status.policies).flatMap(([name, policy]) => [
    `${name.padEnd(12)} ${policy.chain.map((host) => mark(status, host, policy.leader?.host, hasColor)).join('  ')}`,
    `${''.padEnd(12)} ${leaderText(policy)}; here: ${policy.state}, ${policy.mode}, standing ${policy.standing}${policy.reason ? `, not eligible: ${policy.reason}` : ''}`,
  ])
  return [`${status.group}  as seen from ${status.self}`, ...chains, ...witnessLine(status), ...pauseLine(status)]
}

/** ● alive, ○ silent; [self]; * leads. */
function mark(status: FailoverStatus, host: string, leader: string | undefined, hasColor: boolean): string {
  const state = status.hosts[host]
  const dot = state?.isAlive ? '●' : '○'
  const name = state?.isSelf ? `[${host}]` : host
  const coloured = hasColor ? `${state?.isAlive ? GREEN : RED}${dot}${RESET}` : dot
  return `${coloured} ${name}${host === leader ? '*' : ''}`
}

function leaderText({ leader, holdDown }: FailoverStatus['policies'][string]): string {
  const who = leader ? `${leader.host} leads, epoch ${leader.epochText}` : 'nobody leads'
  return holdDown ? `${who}; ${holdDown.host} takes over in ${Math.ceil(holdDown.remainingMs / 1000)} s` : who
}

function witnessLine({ witnesses }: FailoverStatus): string[] {
  const entries = Object.entries(witnesses)
  if (entries.length === 0) return ['witnesses    none: below a majority of hosts nothing runs']
  return [`witnesses    ${entries.map(([name, { isAnswering }]) => `${isAnswering ? '●' : '○'} ${name}`).join('  ')}`]
}

function pauseLine({ pause }: FailoverStatus): string[] {
  if (!pause) return []
  return [`paused       by ${pause.by} for ${Math.ceil(pause.remainingMs / 60_000)} min: ${pause.reason}`]
}
