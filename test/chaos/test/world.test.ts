import { Links, openNetwork, revision } from '@montana/chaos'
import type { Filter, TrialNetwork } from '@montana/netns'
import { describe, expect, it } from 'vitest'

const ON_LOOPBACK = new Map([['namespaces', 'told to']] as const)
const OF_ALL = 5

/** A network whose filters can be set so many times, and then not, and then again. */
function failingAt(failing: number) {
  const filters = new Map<string, Partial<Filter>>()
  let calls = 0
  const setFilter = (machine: string, filter: Partial<Filter>) => {
    if (++calls === failing) throw new Error('nft failed')
    filters.set(machine, filter)
  }
  const network = { kind: 'namespaces', addressOf: (machine: string) => machine, setFilter } as unknown as TrialNetwork
  return { filters, links: new Links(network, new Map()) }
}

describe('Links', () => {
  it('takes back what could not be put in force everywhere', () => {
    const { filters, links } = failingAt(3)
    expect(() => links.add({ lossPercent: 20 })).toThrow('nft failed')
    expect([...filters.values()].map(({ lossPercent }) => lossPercent)).toEqual(Array(OF_ALL).fill(0))
    links.add({ cuts: [['ada', 'bob']] })
    expect(filters.get('bob')).toMatchObject({ lossPercent: 0, dropFrom: ['ada'] })
  })
})

describe('openNetwork', () => {
  it('gives two runs on the loopback addresses of their own', async () => {
    const networks = [await openNetwork(ON_LOOPBACK), await openNetwork(ON_LOOPBACK)]
    expect(new Set(networks.map((network) => network.addressOf('ada'))).size).toBe(2)
    for (const network of networks) await network.close()
  })
})

describe('revision', () => {
  const tree = (head: string | undefined, changes: string | undefined) =>
    revision((command) => (command === 'status' ? changes : head))

  it('says that files were changed, and nothing where there is no repository', () => {
    expect(tree('abc', '')).toBe('abc')
    expect(tree('abc', ' M README.md')).toBe('abc-dirty')
    expect(tree(undefined, undefined)).toBeUndefined()
  })
})
