import { Aim, type HostFault } from '@montana/service-chaos'
import { describe, expect, it } from 'vitest'

function fault(kind: HostFault['kind'], ...targets: HostFault['targets'][number][]): HostFault {
  return { kind, targets, delayMs: 0, durationMs: 4_000, amount: null }
}

const targetsAt = (leader: string | undefined, one: HostFault, ...others: HostFault[]) =>
  new Aim([one, ...others]).at(one, leader).targets

describe('whom a fault of the service plane hits', () => {
  it('is the acting host among others, where a host is killed or isolated', () => {
    expect(targetsAt('spb', fault('kill', 'almaty', 'moscow'))).toEqual(['spb', 'moscow'])
    expect(targetsAt('spb', fault('isolated', 'almaty'))).toEqual(['spb'])
    expect(targetsAt('moscow', fault('kill', 'almaty', 'moscow'))).toEqual(['almaty', 'moscow'])
  })

  it('is another than the acting host, where a disk is full', () => {
    expect(targetsAt('spb', fault('enospc', 'spb'))).toEqual(['amsterdam'])
    expect(targetsAt('spb', fault('enospc', 'spb'), fault('kill', 'amsterdam'))).toEqual(['almaty'])
    expect(targetsAt('almaty', fault('enospc', 'spb'))).toEqual(['spb'])
  })

  it('is no host that suffers something else already', () => {
    expect(targetsAt('spb', fault('kill', 'almaty'), fault('restart', 'spb'))).toEqual(['almaty'])
  })

  it('is as the seed has it, where nobody acts or the kind is another', () => {
    expect(targetsAt(undefined, fault('kill', 'almaty'))).toEqual(['almaty'])
    expect(targetsAt('spb', fault('freeze', 'almaty'))).toEqual(['almaty'])
  })
})
