import { describe, expect, it } from 'vitest'
import { Commands } from '../../src/agent/commands.js'
import type { NodeChannel } from '../../src/index.js'
import { Bench } from '../core/support/bench.js'
import { acting, CHAIN, POLICY } from '../core/support/settings.js'

/** Orders given on almaty while amsterdam leads; the others answer or do not. */
function given(isAnswering: boolean) {
  const bench = new Bench('almaty')
  bench.peer('amsterdam').claim = acting('amsterdam', 3)
  bench.run(10_000)
  const request = async () => {
    if (!isAnswering) throw new Error('nobody there')
  }
  return new Commands({
    self: 'almaty',
    peers: CHAIN.filter((host) => host !== 'almaty'),
    channel: { request } as unknown as NodeChannel,
    nowMs: () => bench.nowMs,
    decisions: () => bench.turn.policies,
    push: () => {},
    record: () => {},
  })
}

const words = { reason: 'work', by: 'operator' }
const promote = { kind: 'promote', policy: POLICY, host: 'spb', isForced: false, ...words } as const

describe('an order of an operator', () => {
  it('is the leader’s to carry out', async () => {
    expect(await given(true).given(promote)).toMatchObject({ accepted: true })
  })

  it('that its leader cannot be told has failed; no rule has refused it', async () => {
    await expect(given(false).given(promote)).rejects.toMatchObject({
      code: 'CHANNEL_REFUSED',
      message: 'amsterdam cannot be told: nobody there',
      remedy: expect.stringContaining('amsterdam'),
    })
  })

  it('that a rule refuses says which', async () => {
    expect(await given(true).given({ ...promote, host: 'amsterdam' })).toMatchObject({ accepted: false, rule: 'D5' })
  })

  it('for the whole group names whom it has not reached', async () => {
    expect(await given(false).given({ kind: 'resume', ...words })).toEqual({
      accepted: true,
      text: 'resumed; not reached: amsterdam, spb, novosibirsk, moscow',
    })
  })
})
