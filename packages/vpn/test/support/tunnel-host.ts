import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const NAMES = '/run/netns'
const SOCKETS = '/run/wireguard'
const PORT = 7000
const START_MS = 10_000

/** For benchmarks between networks, RFC 2544: no host of anybody has such an address. */
const OUTSIDE = '198.18.66'
const INSIDE = '10.66.0'

/** Why there can be none here; undefined where they can be made. */
export function whyNoTunnel(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun'
  for (const command of ['wg', 'wireguard-go']) {
    if (spawnSync(command, ['--version'], { stdio: 'ignore' }).status !== 0) return `${command} is not installed`
  }
  const name = `mv${process.pid}-try`
  const made = spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' })
  spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
  return made.status === 0 ? undefined : 'network namespaces cannot be made here'
}

/** A machine: a namespace, a WireGuard interface run by wireguard-go, and a process that connects for us. */
export interface TunnelHost {
  readonly namespace: string
  /** Name of its WireGuard interface. */
  readonly device: string
  readonly outside: string
  readonly inside: string
  readonly tunnelIp: string
  /** What a command of this host is started with. */
  readonly prefix: readonly string[]
  readonly wg: readonly string[]
  /** Milliseconds until an answer came from that address; null: none came. */
  reach(address: string, timeoutMs?: number): Promise<number | null>
  /** What `wg show` prints, by its last words. */
  show(...what: readonly string[]): string
}

export interface Tunnel {
  readonly hosts: readonly [TunnelHost, TunnelHost]
  close(): void
}

/** Two machines that are joined by one cable, with interfaces that are up and know no peer and no key yet. */
export async function createTunnel(tag = ''): Promise<Tunnel> {
  sweep()
  const names = ['a', 'b'].map((side) => `mv${process.pid}-${tag}${side}`)
  const children: ChildProcess[] = []
  const close = () => {
    for (const child of children) child.kill('SIGKILL')
    for (const name of names) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
    for (const name of names) spawnSync('rm', ['-f', join(SOCKETS, `${deviceOf(name)}.sock`)])
  }
  try {
    cable(names)
    const hosts = await Promise.all(names.map((name, index) => createHost(name, index + 1, children)))
    const [a, b] = hosts
    if (!a || !b) throw new Error('two hosts were to be made')
    return { hosts: [a, b], close }
  } catch (error) {
    close()
    throw error
  }
}

function cable([a = '', b = '']: readonly string[]): void {
  for (const name of [a, b]) ip('netns', 'add', name)
  ip('link', 'add', 'eth0', 'netns', a, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', b)
  for (const [index, name] of [a, b].entries()) {
    ip('-n', name, 'addr', 'add', `${OUTSIDE}.${index + 1}/24`, 'dev', 'eth0')
    ip('-n', name, 'link', 'set', 'eth0', 'up')
    ip('-n', name, 'link', 'set', 'lo', 'up')
  }
}

async function createHost(namespace: string, number: number, children: ChildProcess[]): Promise<TunnelHost> {
  const prefix = ['ip', 'netns', 'exec', namespace]
  const device = deviceOf(namespace)
  const inside = `${INSIDE}.${number}`
  const log = { ...process.env, LOG_LEVEL: 'error' }
  children.push(spawn('ip', [...prefix.slice(1), 'wireguard-go', '-f', device], { stdio: 'ignore', env: log }))
  await until(() => existsSync(join(SOCKETS, `${device}.sock`)), `wireguard-go of ${device}`)
  // What wg-quick does once: address and route.
  ip('-n', namespace, 'addr', 'add', `${inside}/24`, 'dev', device)
  ip('-n', namespace, 'link', 'set', device, 'up', 'mtu', '1420')
  const agent = spawn('ip', [...prefix.slice(1), process.execPath, join(import.meta.dirname, 'agent.mjs'), `${PORT}`], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  children.push(agent)
  await new Promise((resolve) => agent.once('message', resolve))
  return {
    ...{ namespace, device, prefix, inside, outside: `${OUTSIDE}.${number}`, tunnelIp: `${inside}/32` },
    wg: [...prefix, 'wg'],
    reach: (address, timeoutMs = 3_000) => ask(agent, address, timeoutMs),
    show: (...what) => execFileSync('ip', [...prefix.slice(1), 'wg', 'show', device, ...what], { encoding: 'utf8' }),
  }
}

let nextId = 1
function ask(agent: ChildProcess, address: string, timeoutMs: number): Promise<number | null> {
  const id = nextId++
  return new Promise((resolve) => {
    const onAnswer = (answer: { id: number; tookMs: number | null }) => {
      if (answer.id !== id) return
      agent.off('message', onAnswer)
      resolve(answer.tookMs)
    }
    agent.on('message', onAnswer)
    agent.send({ id, address, port: PORT, timeoutMs })
  })
}

/** At most 15 characters; sockets of all namespaces lie in one folder. */
function deviceOf(namespace: string): string {
  return `wg${namespace.slice(2).replace('-', '')}`
}

/** Namespaces of test runs that were killed: their name has the process that made them. */
function sweep(): void {
  for (const name of existsSync(NAMES) ? readdirSync(NAMES) : []) {
    const [, pid] = /^mv(\d+)-/.exec(name) ?? []
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + START_MS
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${START_MS} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
