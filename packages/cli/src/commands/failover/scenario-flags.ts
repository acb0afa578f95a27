import type { GroupConfig, Scenario } from '@montana/failover/settings'
import { UsageError } from '@montana/foundation'

export interface ScenarioFlags {
  down?: string
  frozen?: string
  cut?: string[]
  island?: string
  witness?: string[]
  etcd?: string
}

/** What the flags of `simulate` say about a group. Throws UsageError (2) that names the flag. */
export function readScenario(flags: ScenarioFlags, config: GroupConfig): Scenario {
  const hosts = Object.keys(config.hosts)
  const list = (flag: string, text: string | undefined) => (text === undefined ? [] : readHosts(flag, text, hosts))
  const down = list('down', flags.down)
  const frozen = list('frozen', flags.frozen)
  const both = down.find((host) => frozen.includes(host))
  if (both !== undefined) throw wrong('frozen', `${both} is down already`, 'name it in one of the two')
  return {
    down,
    frozen,
    cuts: (flags.cut ?? []).flatMap((text) => text.split(',').map((pair) => readCut(pair, hosts))),
    islands: flags.island === undefined ? [] : readIslands(flags.island, hosts),
    witnesses: new Map((flags.witness ?? []).map((text) => readWitness(text, config))),
    etcd: flags.etcd === undefined ? null : readEtcd(flags.etcd, config),
  }
}

/** `a,b`: only these reach the cluster; empty: nobody does. */
function readEtcd(text: string, { coordinator, hosts }: GroupConfig): string[] {
  const remedy = 'leave it out, or set coordinator: { kind: etcd, … }'
  if (coordinator.kind !== 'etcd') throw wrong('etcd', 'in this group the chain decides, not etcd', remedy)
  return text === '' ? [] : readHosts('etcd', text, Object.keys(hosts))
}

function readHosts(flag: string, text: string, hosts: readonly string[]): string[] {
  const names = text.split(',')
  for (const name of names) requireKnown(flag, name, hosts)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw wrong(flag, `${twice} is named twice`, 'name each host once')
  return names
}

/** Names may contain a hyphen themselves: the split with a host on both sides counts. */
function readCut(text: string, hosts: readonly string[]): readonly [string, string] {
  for (const [index, character] of [...text].entries()) {
    const [a, b] = [text.slice(0, index), text.slice(index + 1)]
    if (character === '-' && hosts.includes(a) && hosts.includes(b) && a !== b) return [a, b]
  }
  throw wrong('cut', `'${text}' is no link between two hosts`, `write HOST-HOST with two of ${hosts.join(', ')}`)
}

function readIslands(text: string, hosts: readonly string[]): string[][] {
  const islands = text.split('/').map((island) => readHosts('island', island, hosts))
  const names = islands.flat()
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw wrong('island', `${twice} is in two islands`, 'name each host once')
  return islands
}

/** `w1:a,b`: only these reach it; `w1:` nobody does. */
function readWitness(text: string, { hosts, witnesses }: GroupConfig): [string, string[]] {
  const names = witnesses.map(({ name }) => name)
  const [, name = '', reached = ''] = /^([a-z0-9-]+):(.*)$/.exec(text) ?? []
  if (!names.includes(name)) {
    const known = names.length === 0 ? 'this group has none' : `write NAME:HOST,HOST with one of ${names.join(', ')}`
    throw wrong('witness', `'${text}' names no witness of this group`, known)
  }
  return [name, reached === '' ? [] : readHosts('witness', reached, Object.keys(hosts))]
}

function requireKnown(flag: string, name: string, hosts: readonly string[]): void {
  if (hosts.includes(name)) return
  throw wrong(flag, `'${name}' is no host of this group`, `use ${hosts.join(', ')}`)
}

function wrong(flag: string, what: string, remedy: string): UsageError {
  return new UsageError(`--${flag}: ${what}`, { field: flag, remedy })
}
