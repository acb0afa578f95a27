import { systemTime } from '@montana/foundation'
import { loadBackend } from '@montana/native'
import { createProofVerifier, createTimechain, itemOfProof, type Tick } from '@montana/timechain'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Liar } from '../../../src/drill/liar.js'
import { ProofsAhead } from '../../../src/runtime/catch-up/proofs-ahead.js'
import { answering, type Peer, requestsTo } from '../../support/peers.js'

const WINDOWS = 40
const D = 2_000
const GENESIS = new Uint8Array(32).fill(3)
const { backend } = loadBackend()
const ticks: Tick[] = []
const valueAt = (window: number) => (window === 0 ? GENESIS : ticks[window - 1]?.value)

beforeAll(async () => {
  const timechain = createTimechain({ backend, time: systemTime })
  for (let window = 1; window <= WINDOWS; window++) {
    const previous = valueAt(window - 1) ?? GENESIS
    ticks.push(await timechain.grind({ window, previous, d: D }))
  }
})

/** A peer that has the proofs of all windows but these. */
function holder(...without: number[]): Peer {
  const proofOf = (window: number) => {
    const tick = ticks[window - 1]
    if (!tick || without.includes(window)) return undefined
    return itemOfProof({ window, d: D, values: tick.checkpoints }, valueAt(window - 1) ?? GENESIS, tick.value)
  }
  return answering({ proofOf })
}

function lying(): Peer {
  const liar = new Liar()
  liar.isOn = true
  return async (type, payload) => liar.alter('node', { type, payload }, await holder()(type, payload))
}

function ahead(peers: Readonly<Record<string, Peer>>) {
  const { requests, asked } = requestsTo(peers)
  const usable = new Set(Object.keys(peers))
  const blamed: string[] = []
  const proofs = new ProofsAhead({
    requests,
    verifier: createProofVerifier({ backend }),
    policy: { kind: 'sample', segments: 4 },
    sources: () => [...usable].map((peer) => ({ peer, upTo: WINDOWS, failures: 0 })),
    valueAt,
    nowMs: () => systemTime.monotonicMs(),
    onChange: () => proofs.pump(0, WINDOWS),
    onFailed: ({ peer }) => usable.delete(peer),
    onInvalid: (_, peer) => {
      blamed.push(peer)
      usable.delete(peer)
      proofs.drop(peer)
    },
  })
  onTestFinished(() => proofs.stop())
  proofs.pump(0, WINDOWS)
  const windows = Array.from({ length: WINDOWS }, (_, i) => i + 1)
  const settled = () =>
    expect.poll(() => windows.filter((window) => !proofs.isSettled(window)), { timeout: 5_000 }).toEqual([])
  return { proofs, asked, blamed, windows, settled }
}

describe('proofs ahead of the head', () => {
  it('are fetched many at a time from all peers, and checked before their windows', async () => {
    const { proofs, asked, windows, settled } = ahead({ a: holder(), b: holder() })
    await settled()
    expect(windows.map((window) => proofs.find(window)).every((found) => found && found !== 'unavailable')).toBe(true)
    expect(asked.length).toBeLessThan(5)
    expect(new Set(asked)).toEqual(new Set(['a', 'b']))
  })

  it('that do not hold name their peer, and come from another', async () => {
    const { proofs, blamed, windows, settled } = ahead({ liar: lying(), honest: holder() })
    await settled()
    expect(blamed).toEqual(['liar'])
    const from = windows
      .map((window) => proofs.find(window))
      .map((found) => (typeof found === 'object' ? found.peer : found))
    expect(new Set(from)).toEqual(new Set(['honest']))
  })

  it('that one peer lacks come from another, and those that all lack are known to be lacking', async () => {
    const { proofs, windows, settled } = ahead({ a: holder(7, 20), b: holder(20) })
    await settled()
    expect(windows.filter((window) => proofs.find(window) === 'unavailable')).toEqual([20])
  })

  it('are not asked for under the policy quorum', () => {
    const { requests, asked } = requestsTo({ a: holder() })
    const proofs = new ProofsAhead({
      requests,
      verifier: createProofVerifier({ backend }),
      policy: undefined,
      sources: () => [{ peer: 'a', upTo: WINDOWS, failures: 0 }],
      valueAt,
      nowMs: () => 0,
      onChange: () => {},
      onFailed: () => {},
      onInvalid: () => {},
    })
    proofs.pump(0, WINDOWS)
    expect(proofs.isSettled(1)).toBe(true)
    expect(asked).toEqual([])
  })
})
