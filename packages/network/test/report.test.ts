import { LIMITS } from '@montana/transport'
import { afterEach, describe, expect, it } from 'vitest'
import { connectedPeers, members, QUICK, startAll, stopAll, type TestNode } from './mesh-harness.js'

afterEach(stopAll)

const BAN_MS = 400
const limits = { ...QUICK, score: { ...QUICK.score, maxManifestBanMs: BAN_MS } }

async function trio() {
  const nodes = (await startAll(await members(3), {}, { limits })) as [TestNode, TestNode, TestNode]
  const [judge, accused] = nodes
  const points = () => Math.round(judge.mesh.peers()[0]?.score ?? 0)
  return { judge, accused, points }
}

describe('a peer that the layer above reports', () => {
  it('is scored, then not asked, then banned for a time, and comes back', async () => {
    const { judge, accused, points } = await trio()
    await expect.poll(() => judge.mesh.peers()[0]?.syncSource).toBe(true)
    const report = () =>
      judge.mesh.report(accused.mesh.peerId, { code: 'ForgedHeader', points: LIMITS.score.consensus })
    for (const expected of [20, 40, 60, 80]) {
      report()
      expect([points(), judge.mesh.peers()[0]?.syncSource]).toEqual([expected, expected < LIMITS.score.noSync])
    }
    expect(connectedPeers(judge)).toBe(2)
    report()
    report()
    await expect.poll(() => connectedPeers(judge)).toBe(1)
    expect(judge.logs.filter(({ message }) => message === 'peer banned for a time').length).toBe(1)
    expect(judge.counted('montana_limit_violations_total', { limit: 'ForgedHeader' })).toBe(6)
    expect(judge.counted('montana_bans_total', { reason: 'ForgedHeader' })).toBe(1)
    await expect.poll(() => connectedPeers(judge), { timeout: 5_000 }).toBe(2)
    expect(points()).toBeLessThan(LIMITS.score.noSync)
    expect(judge.seen.disconnected).toEqual(['n1'])
  })

  it('is refused while it is banned', async () => {
    const { judge, accused } = await trio()
    const bannedAt = performance.now()
    judge.mesh.report(accused.mesh.peerId, { code: 'InvalidProof', points: LIMITS.score.ban })
    await expect.poll(() => accused.seen.disconnected, { timeout: 5_000 }).toContain('n0')
    // Who dials has a connection before it hears that it is refused; who refuses knows.
    await expect.poll(() => judge.seen.reached.filter((label) => label === 'n1').length, { timeout: 5_000 }).toBe(2)
    expect(performance.now() - bannedAt).toBeGreaterThan(BAN_MS / 2)
  })

  it('is not scored for what someone on the path can cause, for nothing, or when nobody knows it', async () => {
    const { judge, accused, points } = await trio()
    for (const code of ['REQUEST_TIMEOUT', 'STREAM_RESET', 'NOT_CONNECTED', 'ABORTED']) {
      judge.mesh.report(accused.mesh.peerId, { code, points: 100 })
    }
    judge.mesh.report(accused.mesh.peerId, { code: 'InvalidSignature', points: 0 })
    judge.mesh.report('QmNobody', { code: 'InvalidSignature', points: 100 })
    expect([points(), connectedPeers(judge)]).toEqual([0, 2])
  })
})
