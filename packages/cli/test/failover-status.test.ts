import type { FailoverStatus } from '@montana/failover'
import { describe, expect, it } from 'vitest'
import { statusText } from '../src/commands/failover/status-text.js'

const CHAIN = ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk']
const GREEN = '\u001b[32m●'
const RED = '\u001b[31m○'

function status(isAlive: boolean): FailoverStatus {
  const host = (name: string) => ({
    isSelf: name === 'moscow',
    isAlive,
    lastHeardMs: isAlive ? 100 : null,
    rttMs: null,
    refusal: null,
    isEligible: { serve: isAlive },
    states: { serve: isAlive ? ('standby' as const) : null },
    lagMs: isAlive ? 0 : null,
    reason: null,
    probes: null,
  })
  return {
    group: 'montana-5',
    self: 'moscow',
    configDigest: '00',
    upMs: 1,
    policies: {
      serve: {
        chain: CHAIN,
        failback: 'auto' as const,
        role: 'standby',
        state: 'standby',
        mode: isAlive ? 'CHAIN' : 'ISOLATED',
        standing: isAlive ? 'majority' : 'none',
        isEligible: isAlive,
        reason: isAlive ? null : 'isolated',
        leader: isAlive ? { host: 'amsterdam', mode: 'CHAIN', epoch: '66303', epochText: '1/CHAIN/amsterdam' } : null,
        epoch: null,
        since: null,
        leaseRemainingMs: null,
        holdDown: null,
        boundMs: 7_000,
        lastTransitions: [],
      },
    },
    hosts: Object.fromEntries(CHAIN.map((name) => [name, host(name)])),
    witnesses: { w1: { isAnswering: isAlive, lastAnswerMs: isAlive ? 10 : null } },
    coordinator: 'chain',
    breathing: null,
    pause: null,
    loopGapMs: 250,
  } as FailoverStatus
}

describe('the status of a group, for people', () => {
  it('LE13 all healthy: only green marks', () => {
    const [, line = ''] = statusText(status(true), true)
    expect(line.split(GREEN)).toHaveLength(6)
    expect(line).not.toContain(RED)
  })

  it('LE14 none: only red marks', () => {
    const [, line = ''] = statusText(status(false), true)
    expect(line.split(RED)).toHaveLength(6)
    expect(line).not.toContain(GREEN)
  })

  it('LE15 the own entry is marked, and only that', () => {
    const [, line = ''] = statusText(status(true), false)
    expect(line.match(/\[[a-z]+\]/g)).toEqual(['[moscow]'])
  })

  it('says who leads, what this host is, and what it lacks', () => {
    const text = statusText(status(true), false).join('\n')
    expect(text).toContain('amsterdam leads, epoch 1/CHAIN/amsterdam; here: standby, CHAIN, standing majority')
    expect(statusText(status(false), false).join('\n')).toContain(
      'nobody leads; here: standby, ISOLATED, standing none, not eligible: isolated',
    )
  })

  it('has no colour where none is wanted', () => {
    expect(statusText(status(true), false).join('')).not.toContain('\u001b')
  })
})
