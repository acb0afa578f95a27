import { nowMs } from '@montana/chaos/program'
import { sleep } from '@montana/foundation'
import type { RoleLine } from '@montana/trials'
import type { Nemesis } from './world.js'
import { amountOf, present, targetOf } from './world.js'

const LOOK_MS = 100
/** The file of the clock is read again within a second or two; a busy host takes its time. */
const SEEN_MS = 15_000

/** The wall clock of an agent jumps while it runs, and back again. */
export const clock: Nemesis = async ({ clocks, agents, signal }, fault) => {
  const host = targetOf(fault)
  const own = present(clocks.get(host), `clock of ${host}`)
  const offsetMs = amountOf(fault) * 1_000
  own.jump(amountOf(fault))
  let isSeen = false
  for (const endMs = nowMs() + SEEN_MS; !isSeen && nowMs() < endMs; await sleep(LOOK_MS, signal)) {
    isSeen = ((await agents.wallOffset(host)) ?? 0) / offsetMs > 0.5
  }
  return () => {
    own.jump(0)
    if (!isSeen) throw new Error(`the clock of ${host} has not jumped`)
  }
}

/**
 * The file system below the state of an agent has no byte left, and then it shall lead: it cannot write the epoch down, and
 * must not act.
 */
export const enospc: Nemesis = async ({ disks, agents, service }, fault) => {
  const [leader] = service.group.roles.leaders('serve')
  const host = targetOf(fault)
  const disk = present(disks.get(host), `disk of ${host}`)
  const wallMs = Date.now()
  disk.fill()
  if (leader !== undefined) await agents.promote(leader, host).catch(() => {})
  return () => {
    disk.free()
    const lines = service.group.roles.lines.filter((line) => line.host === host && line.atMs >= wallMs)
    if (!lines.some(isRefused)) throw new Error(`${host} was not asked to lead while its disk was full`)
  }
}

/** It began to, which it must take back, or was no longer fit to; whether it acted, the rule `full` says. */
function isRefused({ policy, state, isEligible }: RoleLine): boolean {
  return policy === 'serve' && (state !== 'standby' || !isEligible)
}
