import { execFileSync, spawnSync } from 'node:child_process'

/** For benchmarks between networks, RFC 2544: no host of anybody has such an address. */
const SUBNET = '198.18.77'

export interface NamespaceHost {
  readonly name: string
  readonly address: string
  /** What a program of this host is started with. */
  readonly prefix: readonly string[]
}

/** Why there can be none here; undefined where they can be made. */
export function whyNoNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const name = `montana-try-${process.pid}`
  const made = spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' })
  if (made.status !== 0) return 'network namespaces cannot be made here'
  spawnSync('ip', ['netns', 'del', name])
  return spawnSync('nft', ['--version'], { stdio: 'ignore' }).status === 0 ? undefined : 'nft not installed'
}

/** Hosts of their own on one bridge, which this process is on too; any two of them can be parted. */
export class Namespaces {
  readonly hosts: readonly NamespaceHost[]
  readonly #bridge: string

  constructor(count: number) {
    this.#bridge = `mb${process.pid}`
    this.hosts = Array.from({ length: count }, (_, index) => {
      const name = `mn${process.pid}-${index}`
      return { name, address: `${SUBNET}.${index + 1}`, prefix: ['ip', 'netns', 'exec', name] }
    })
    ip('link', 'add', this.#bridge, 'type', 'bridge')
    ip('addr', 'add', `${SUBNET}.254/24`, 'dev', this.#bridge)
    ip('link', 'set', this.#bridge, 'up')
    for (const [index, host] of this.hosts.entries()) this.#join(host, index)
  }

  /** What these two send to each other is lost, silently. */
  part(one: NamespaceHost, other: NamespaceHost): void {
    for (const [here, there] of [
      [one, other],
      [other, one],
    ] as const) {
      const rules = `add table inet part; add chain inet part in { type filter hook input priority 0; }; add rule inet part in ip saddr ${there.address} drop`
      execFileSync('ip', ['netns', 'exec', here.name, 'nft', rules])
    }
  }

  heal(): void {
    for (const { name } of this.hosts) execFileSync('ip', ['netns', 'exec', name, 'nft', 'flush', 'ruleset'])
  }

  close(): void {
    for (const { name } of this.hosts) spawnSync('ip', ['netns', 'del', name])
    spawnSync('ip', ['link', 'del', this.#bridge])
  }

  #join({ name, address }: NamespaceHost, index: number): void {
    const [outer, inner] = [`mv${process.pid}-${index}`, 'eth0']
    ip('netns', 'add', name)
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name)
    ip('link', 'set', outer, 'master', this.#bridge, 'up')
    ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', inner)
    ip('-n', name, 'link', 'set', inner, 'up')
    ip('-n', name, 'link', 'set', 'lo', 'up')
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args)
}
