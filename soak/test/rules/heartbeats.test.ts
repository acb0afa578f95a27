import { describe, expect, it } from 'vitest'
import { found, paced, short } from '../support/findings.js'
import type { Change } from '../support/run-data.js'

describe('heartbeats', () => {
  const counting =
    (perPoll: number): Change =>
    ({ peers }, poll) => ({
      peers: peers.map((peer, at) =>
        at === 0 ? { ...peer, sent: 60 * poll, ok: perPoll * poll, timeout: (60 - perPoll) * poll } : peer,
      ),
    })

  it('F-HB-RANGE: fewer than nine tenths of what the connected time makes', () => {
    const [finding, ...others] = found({ changes: { moscow: counting(50) } })
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      id: 'F-HB-RANGE',
      severity: 'warning',
      node: 'moscow',
      peer: 'frankfurt',
      value: 0.833,
    })
    expect(short({ changes: { moscow: counting(55) } })).toEqual([])
  })

  it('F-HB-RANGE: one bad period is not two', () => {
    const dip: Change = ({ peers }, poll) => {
      const lost = poll >= 6 ? 9 : 0
      return { peers: peers.map((peer) => ({ ...peer, ok: peer.ok - lost, timeout: lost })) }
    }
    expect(short({ changes: { moscow: dip } })).toEqual([])
  })

  it('F-HB-CONTRA: pings that are neither answered nor lost', () => {
    const leak: Change = ({ peers }, poll) => ({
      peers: peers.map((peer) => ({ ...peer, sent: peer.sent + (poll > 5 ? 2 : 1) })),
    })
    expect(short({ changes: { helsinki: leak } })).toEqual(['F-HB-CONTRA critical helsinki moscow'])
  })

  it('F-FLAP: more than twelve closes in an hour', () => {
    const flap =
      (total: number): Change =>
      ({ peers }, poll) => ({
        peers: peers.map((peer, at) => (at === 0 ? { ...peer, closed: Math.round((total * poll) / 11) } : peer)),
      })
    expect(short({ changes: { helsinki: flap(14) } })).toEqual(['F-FLAP warning helsinki moscow'])
    expect(short({ changes: { helsinki: flap(12) } })).toEqual([])
  })

  it('F-FLAP: in a compressed run an hour is as short as it declares', () => {
    const flap: Change = ({ peers }, poll) => ({ peers: peers.map((peer) => ({ ...peer, closed: poll })) })
    const init = { polls: 40, intervalMs: 5000, timeScale: 60, changes: { ...paced(5000), helsinki: flap } }
    expect(short(init).filter((text) => text.startsWith('F-FLAP'))).toEqual([])
  })
})
