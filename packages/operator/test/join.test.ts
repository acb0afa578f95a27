import { toHex } from '@montana/foundation'
import { devnetGenesis, genesisHash } from '@montana/ledger'
import type { NodeStatus } from '@montana/node/settings'
import { describe, expect, it } from 'vitest'
import type { Inputs } from '../src/inputs.js'
import { joinMesh } from '../src/steps/join.js'

const genesis = devnetGenesis([])
const inputs = { genesis } as unknown as Inputs
const signal = new AbortController().signal
const PEER = { label: 'moscow', conns: 0, ping_ok: 0, closed: 0, dial_err: 0, dial_code: null as string | null }

function status(peer: Partial<typeof PEER>, degraded: string[] = [], hash = toHex(genesisHash(genesis))): NodeStatus {
  return { genesis_hash: hash, peers: [{ ...PEER, ...peer }], degraded, peer_id: 'QmX' } as unknown as NodeStatus
}

const join = (answer: NodeStatus | undefined, joinMs = 0) =>
  joinMesh({ ask: async () => answer, inputs, signal, startMs: 0, joinMs })

describe('joining', () => {
  it('has joined with one peer and three good pings', async () => {
    expect(await join(status({ conns: 1, ping_ok: 3 }))).toBe('1 of 1 peers answer, the first is moscow')
  })

  it.each<[string, NodeStatus | undefined, string, RegExp]>([
    ['no node answers', undefined, 'NOT_RUNNING', /journalctl/],
    ['it runs another chain', status({ conns: 1, ping_ok: 3 }, [], 'ab'.repeat(32)), 'GENESIS_MISMATCH', /genesis/],
    ['too few pings came back', status({ conns: 1, ping_ok: 2 }), 'NOT_CONNECTED', /firewalls/],
    ['nobody can be reached', status({ dial_err: 1, dial_code: 'ECONNREFUSED' }), 'NOT_CONNECTED', /firewalls/],
    [
      'the manifest does not name it',
      status({ dial_err: 1 }, ['PEER_NOT_ALLOWED']),
      'PEER_NOT_ALLOWED',
      /join-request\.json/,
    ],
  ])('fails with 1 when %s', async (_, answer, code, remedy) => {
    await expect(join(answer)).rejects.toMatchObject({ code, exitCode: 1, remedy: expect.stringMatching(remedy) })
  })

  it('does not wait for a mesh that has closed its door twice, but for one that may open it', async () => {
    const refused = join(status({ dial_err: 2 }, ['PEER_NOT_ALLOWED']), 60_000)
    await expect(refused).rejects.toMatchObject({ code: 'PEER_NOT_ALLOWED' })
    let asked = 0
    const answers = [
      status({ dial_err: 1 }, ['PEER_NOT_ALLOWED']),
      status({ conns: 1, ping_ok: 3 }, ['PEER_NOT_ALLOWED']),
    ]
    const ask = async () => answers[Math.min(asked++, 1)]
    expect(await joinMesh({ ask, inputs, signal, startMs: 0, joinMs: 5_000 })).toContain('moscow')
  })
})
