import { describe, expect, it } from 'vitest'
import { digest, entry, found, from, short } from '../support/findings.js'
import type { Change } from '../support/run-data.js'

describe('the mesh', () => {
  const apart =
    (other: string, first: number, last: number): Change =>
    ({ peers }, poll) =>
      poll < first || poll > last
        ? {}
        : { peers: peers.map((peer) => (peer.label === other ? { ...peer, conns: 0 } : peer)) }

  it('F-LINK is a pair that both answer and are not connected, on either side', () => {
    const changes = { frankfurt: apart('armenia', 4, 6), armenia: apart('frankfurt', 4, 6) }
    expect(short({ changes })).toEqual(['F-LINK critical frankfurt armenia'])
    expect(short({ changes: { frankfurt: apart('armenia', 4, 6) } })).toEqual([])
    expect(short({ changes: { frankfurt: apart('armenia', 4, 4), armenia: apart('frankfurt', 4, 4) } })).toEqual([])
  })

  it('F-FORK is one window with two roots', () => {
    const other = from(5, { commonStateRoot: 'f'.repeat(64) }, 5)
    expect(short({ changes: { helsinki: other } })).toEqual(['F-FORK critical helsinki moscow'])
  })

  it('F-SKEW is another build for more than two periods', () => {
    expect(found({ changes: { helsinki: from(3, { build: '0.0.9' }, 6) } })).toMatchObject([
      { id: 'F-SKEW', node: 'helsinki', value: '0.0.9', threshold: '0.1.0' },
    ])
    expect(short({ changes: { helsinki: from(3, { build: '0.0.9' }, 4) } })).toEqual([])
  })

  it('F-CLASSICAL is a classical handshake where only post-quantum ones are allowed', () => {
    const classical: Change = ({ peers }) => ({ peers: peers.map((peer) => ({ ...peer, classical: 1 })) })
    expect(short({ changes: { moscow: classical } })).toEqual(['F-CLASSICAL critical moscow frankfurt'])
    expect(short({ changes: { moscow: classical }, run: { pq_only: false } })).toEqual([])
    expect(short({ data: { digests: [digest({ entries: [{ ...entry, code: 'TLS' }] })] } })).toEqual([
      'F-CLASSICAL critical moscow',
    ])
  })
})
