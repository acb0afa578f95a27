import { describe, expect, it } from 'vitest'
import { encodeRequest } from '../../src/channel/messages/codec.js'
import { actingBench, Bench } from './support/bench.js'
import { POLICY } from './support/settings.js'

/** What an operator wrote travels in heartbeats and handovers: one that cannot be sent makes a host look dead. */
describe('a long reason of an operator', () => {
  const long = 'x'.repeat(500)

  it('does not keep the heartbeats of a paused host from the others', () => {
    const bench = new Bench('amsterdam', { configDigest: 'a'.repeat(64) })
    bench.command({ kind: 'pause', pause: { reason: long, by: long, remainingMs: 60_000 } }).run(5_000)
    const heartbeat = bench.core.heartbeat(bench.state, 'moscow', 1, bench.nowMs)
    expect(encodeRequest('heartbeat', heartbeat)).toMatchObject({ pause: { reason: 'x'.repeat(256) } })
  })

  it('does not keep a handover from its target', () => {
    const bench = actingBench('amsterdam')
    bench.command({ kind: 'promote', policy: POLICY, host: 'almaty', reason: long, isForced: false }).step()
    const [question] = bench.sent('handover')
    expect(encodeRequest('handover', question)).toMatchObject({ type: 'handover', policy: POLICY })
  })
})
