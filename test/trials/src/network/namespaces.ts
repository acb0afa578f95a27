import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import type { TrialNetwork } from './types.js'

/** One network namespace per machine, all plugged into a bridge in a namespace of its own: nothing reaches the host. */
export function createNamespaces(machines: readonly string[], tag: string): TrialNetwork {
  const nameOf = (machine: string) => `mt${tag}-${machine}`
  const middle = nameOf('switch')
  const addressOf = (machine: string) => `10.77.0.${machines.indexOf(machine) + 1}`
  const all = [middle, ...machines.map(nameOf)]
  sweep()
  const remove = () => all.forEach((name) => void spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' }))
  try {
    build(machines, nameOf, addressOf, middle)
  } catch (error) {
    remove()
    throw error
  }
  return {
    kind: 'namespaces',
    addressOf,
    spawn: (machine, argv, options) =>
      spawn('ip', ['netns', 'exec', nameOf(machine), ...argv], { ...options, detached: true }),
    cut: (from, to, direction = 'both') => {
      dropFrom(nameOf(to), addressOf(from))
      if (direction === 'both') dropFrom(nameOf(from), addressOf(to))
    },
    setLoss: (percent) => {
      for (const machine of machines) lose(nameOf(machine), percent)
    },
    heal: () => {
      for (const machine of machines) inside(nameOf(machine), ['nft', 'flush', 'ruleset'])
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

/** Namespaces of trials that were killed: their name has the process that made them. */
function sweep(): void {
  for (const name of readNames()) {
    const [, pid] = /^mt(\d+)[a-z]?-/.exec(name) ?? []
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
  }
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

/** Packets from `address` are dropped where they arrive. */
function dropFrom(name: string, address: string): void {
  inputChain(name)
  inside(name, ['nft', 'add', 'rule', 'ip', 'trial', 'input', 'ip', 'saddr', address, 'drop'])
}

function lose(name: string, percent: number): void {
  inputChain(name)
  const random = ['numgen', 'random', 'mod', '100', '<', String(percent)]
  inside(name, ['nft', 'add', 'rule', 'ip', 'trial', 'input', 'iif', 'eth0', ...random, 'drop'])
}

function inputChain(name: string): void {
  inside(name, ['nft', 'add', 'table', 'ip', 'trial'])
  inside(name, ['nft', 'add', 'chain', 'ip', 'trial', 'input', '{ type filter hook input priority 0 ; }'])
}

function inside(name: string, argv: readonly string[]): void {
  ip('netns', 'exec', name, ...argv)
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
