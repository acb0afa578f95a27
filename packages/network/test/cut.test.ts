import { afterEach, describe, expect, it } from 'vitest'
import { connectedPeers, members, startAll, stopAll, type TestNode } from './mesh-harness.js'

afterEach(stopAll)

async function trio() {
  const nodes = (await startAll(await members(3))) as [TestNode, TestNode, TestNode]
  const towards = (node: TestNode, other: TestNode) =>
    node.mesh.peers().find(({ peerId }) => peerId === other.mesh.peerId)
  return { nodes, towards }
}

describe('a cut link', () => {
  it('loses its connections at once, refuses new ones, leaves the other links alone, and heals by itself', async () => {
    const { nodes, towards } = await trio()
    const [a, b, c] = nodes
    // The nodes of a trio start one after the other: a first dial may come before its peer listens.
    const before = towards(a, c)?.dialErrors
    a.mesh.cut([b.mesh.peerId])
    b.mesh.cut([a.mesh.peerId])
    await expect.poll(() => nodes.map(connectedPeers), { timeout: 2_000 }).toEqual([1, 1, 2])
    await expect.poll(() => towards(a, b)?.dialErrors, { timeout: 5_000 }).toBeGreaterThanOrEqual(2)
    expect(nodes.map(connectedPeers)).toEqual([1, 1, 2])
    expect(towards(a, c)).toMatchObject({ closed: 0, dialErrors: before })
    for (const node of [a, b]) node.mesh.cut([])
    await expect.poll(() => nodes.map(connectedPeers), { timeout: 5_000 }).toEqual([2, 2, 2])
    for (const node of nodes) for (const { handshakes } of node.mesh.peers()) expect(handshakes.none).toBe(0)
  })

  it('holds when only one end refuses, and is no failed handshake for the other', async () => {
    const { nodes, towards } = await trio()
    const [a, b] = nodes
    a.mesh.cut([b.mesh.peerId])
    await expect.poll(() => towards(b, a)?.dialErrors, { timeout: 5_000 }).toBeGreaterThanOrEqual(2)
    expect(connectedPeers(a)).toBe(1)
    expect(towards(b, a)?.handshakes.none).toBe(0)
  })
})
