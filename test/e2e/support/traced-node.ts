import { readFileSync } from 'node:fs'
import type { MemberProcess } from './network.js'

/** Ends, by kill -9, the node that runs below the strace of `node`; strace ends with it, its trace complete. */
export async function killTraced(node: MemberProcess): Promise<void> {
  const tracer = `/proc/${node.pid}/task/${node.pid}/children`
  const children = node.isRunning ? readFileSync(tracer, 'latin1').trim().split(' ').filter(Boolean) : []
  for (const pid of children) process.kill(Number(pid), 'SIGKILL')
  await node.finished
}

/** The last window that a node's log says to be applied; 0 where there is none. */
export function windowTold(log: string): number {
  const lines = log.split('\n').filter((line) => line.includes('"window applied"'))
  return lines.reduce((_, line) => (JSON.parse(line) as { window: number }).window, 0)
}
