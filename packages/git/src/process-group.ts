import { readdir, readFile } from 'node:fs/promises'
import { sleep } from '@montana/foundation'
import { GROUP_END_MS, GROUP_POLL_MS } from './constants.js'

/**
 * Kills what is left of the group that `leader` led, and settles when it has ended. To be called right after the leader
 * has: a process number is not given out again while its group has members, nor soon afterwards.
 */
export async function endGroup(leader: number): Promise<void> {
  const untilMs = performance.now() + GROUP_END_MS
  while (signalGroup(leader) && (await hasLiving(leader)) && performance.now() < untilMs) await sleep(GROUP_POLL_MS)
}

/** False when there is no such group. */
function signalGroup(leader: number): boolean {
  try {
    return process.kill(-leader, 'SIGKILL')
  } catch {
    return false
  }
}

/** Members that have ended stay until process 1 has asked how, which may be seconds or never. */
async function hasLiving(leader: number): Promise<boolean> {
  const entries = await readdir('/proc').catch(() => undefined)
  // A system without /proc.
  if (!entries) return true
  const states = await Promise.all(entries.filter((name) => /^\d+$/.test(name)).map(readState))
  return states.some(({ group, isLiving }) => group === leader && isLiving)
}

async function readState(pid: string): Promise<{ group: number; isLiving: boolean }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name before it may hold anything, brackets too.
  const [state, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { group: Number(group), isLiving: state !== 'Z' && state !== 'X' }
}
