import type { TrialNetwork } from '@montana/netns'
import { Wires } from '@montana/service-chaos'
import { HOSTS } from '@montana/trials'
import { describe, expect, it } from 'vitest'

describe('the network of a group', () => {
  it('forgets a fault that could not be done, and takes back what of it was', () => {
    const plugged = new Map<string, boolean>()
    let isBroken = true
    const setPlug = (host: string, isIn: boolean) => {
      if (isBroken && host === HOSTS[1]) throw new Error('no such link')
      plugged.set(host, isIn)
    }
    const network = { addressOf: (name: string) => name, setFilter: () => {}, setPlug } as unknown as TrialNetwork
    const wires = new Wires(network)
    expect(() => wires.add({ unplugged: [HOSTS[0]] })).toThrow('no such link')
    expect(plugged.get(HOSTS[0])).toBe(true)
    isBroken = false
    wires.add({ lossPercent: 10 })
    expect([...plugged.values()]).toEqual(HOSTS.map(() => true))
  })
})
