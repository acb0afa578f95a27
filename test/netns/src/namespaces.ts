import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { type Filter, OPEN, rulesetOf } from './filter.js'
import type { TrialNetwork } from './types.js'

/** One network namespace per machine, all plugged into a bridge in a namespace of its own: nothing reaches the host. */
export function createNamespaces(machines: readonly string[], tag: string): TrialNetwork {
  const nameOf = (machine: string) => `mt${tag}-${machine}`
  const middle = nameOf('switch')
  const addressOf = (machine: string) => `10.77.0.${machines.indexOf(machine) + 1}`
  const all = [middle, ...machines.map(nameOf)]
  sweep()
  const remove = () => all.forEach(removeNamespace)
  try {
    build(machines, nameOf, addressOf, middle)
  } catch (error) {
    remove()
    throw error
  }
  const filters = new Map<string, Filter>()
  const change = (machine: string, part: Partial<Filter>) => {
    const filter = { ...OPEN, ...filters.get(machine), ...part }
    filters.set(machine, filter)
    inside(nameOf(machine), ['nft', '-f', '-'], rulesetOf(filter))
  }
  const block = (from: string, to: string) => {
    const { dropFrom } = filters.get(to) ?? OPEN
    change(to, { dropFrom: [...new Set([...dropFrom, addressOf(from)])] })
  }
  const setPlug = (machine: string, isIn: boolean) =>
    ip('-n', middle, 'link', 'set', `p${machines.indexOf(machine)}`, isIn ? 'up' : 'down')
  return {
    kind: 'namespaces',
    addressOf,
    spawn: (machine, argv, options) =>
      spawn('ip', ['netns', 'exec', nameOf(machine), ...argv], { ...options, detached: true }),
    cut: (from, to, direction = 'both') => {
      block(from, to)
      if (direction === 'both') block(to, from)
    },
    setLoss: (percent) => {
      for (const machine of machines) change(machine, { lossPercent: percent })
    },
    setFilter: change,
    setPlug,
    heal: () => {
      for (const machine of machines) {
        change(machine, OPEN)
        setPlug(machine, true)
      }
    },
    close: async () => remove(),
  }
}

/** Whether this host lets us have namespaces, links and filters of our own. */
export function hasNamespaces(): boolean {
  const name = `mtprobe${process.pid}`
  try {
    ip('netns', 'add', name)
    inside(name, ['nft', 'add', 'table', 'ip', 'probe'])
    return true
  } catch {
    return false
  } finally {
    spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
  }
}

/** Namespaces of trials that were killed, and what still runs in them: their name has the process that made them. */
function sweep(): void {
  for (const name of readNames()) {
    const [, pid] = /^mt(?:probe)?(\d+)(?:[a-z]?-|$)/.exec(name) ?? []
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeNamespace(name)
  }
}

/** A process in it would keep it, without a name by which anybody finds it. */
function removeNamespace(name: string): void {
  const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' })
  for (const pid of stdout.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It ended by itself in between.
    }
  }
  spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
}

/** `ip` keeps a file for each. */
function readNames(): string[] {
  return existsSync(NAMES) ? readdirSync(NAMES) : []
}

const NAMES = '/run/netns'

function build(
  machines: readonly string[],
  nameOf: (machine: string) => string,
  addressOf: (machine: string) => string,
  middle: string,
): void {
  ip('netns', 'add', middle)
  ip('-n', middle, 'link', 'add', 'br0', 'type', 'bridge')
  ip('-n', middle, 'link', 'set', 'br0', 'up')
  machines.forEach((machine, index) => {
    const name = nameOf(machine)
    ip('netns', 'add', name)
    ip('-n', name, 'link', 'set', 'lo', 'up')
    ip('link', 'add', 'eth0', 'netns', name, 'type', 'veth', 'peer', 'name', `p${index}`, 'netns', middle)
    ip('-n', middle, 'link', 'set', `p${index}`, 'master', 'br0', 'up')
    ip('-n', name, 'addr', 'add', `${addressOf(machine)}/24`, 'dev', 'eth0')
    ip('-n', name, 'link', 'set', 'eth0', 'up')
  })
}

function inside(name: string, argv: readonly string[], input = ''): void {
  execFileSync('ip', ['netns', 'exec', name, ...argv], { input, stdio: ['pipe', 'ignore', 'pipe'] })
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
