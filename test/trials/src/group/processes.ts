import { readdirSync, readFileSync } from 'node:fs'

/**
 * Process ids with `home` as their HOME, and everything that descends from them: all that a trial started on one
 * machine, also what left its process group.
 */
export function processesOf(home: string): number[] {
  const needle = `HOME=${home}`
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const found = new Set(pids.filter((pid) => environmentOf(pid).split('\0').includes(needle)))
  const parents = new Map(pids.map((pid) => [pid, parentOf(pid)]))
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid)
  }
  return [...found].map(Number)
}

/** Sends `signal` to all of them until none is left that has not had it: a process may fork meanwhile. */
export function signalAll(home: string, signal: NodeJS.Signals): number[] {
  const done = new Set<number>()
  for (let found = processesOf(home); found.some((pid) => !done.has(pid)); found = processesOf(home)) {
    for (const pid of found) {
      if (!done.has(pid)) send(pid, signal)
      done.add(pid)
    }
  }
  return [...done]
}

function parentOf(pid: string): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? ''
  } catch {
    return ''
  }
}

/** Its command line, arguments separated by spaces; empty when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself in between.
  }
}
