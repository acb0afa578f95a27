import { readdirSync, readFileSync } from 'node:fs'

/** Process ids with `home` as their HOME: all that a trial started on one machine, also what left its process group. */
export function processesOf(home: string): number[] {
  const needle = `HOME=${home}`
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).split('\0').includes(needle))
    .map(Number)
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
