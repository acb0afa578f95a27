import { afterEach, expect, it } from 'vitest'
import { freePort } from '../../../test/support/ports.js'
import { parseManifest } from '../src/index.js'
import {
  connectedPeers,
  type Member,
  manifestOf,
  members,
  start,
  startAll,
  stopAll,
  type TestNode,
  testNode,
} from './mesh-harness.js'

afterEach(stopAll)

const labelled = ({ mesh }: TestNode) => mesh.peers().map(({ label, connections }) => `${label} ${connections > 0}`)

it('a mesh takes up who is new and closes who is gone, and leaves the others as they are', async () => {
  const list = await members(4)
  const [three, newcomer] = [list.slice(0, 3), list[3] as Member]
  const nodes = await startAll(three)
  const late = await start(await testNode(newcomer, manifestOf(list)))
  await expect.poll(() => late.mesh.peers().every(({ dialErrors }) => dialErrors > 0), { timeout: 10_000 }).toBe(true)
  expect(connectedPeers(late)).toBe(0)

  for (const { mesh } of nodes) mesh.applyManifest(manifestOf(list))
  await expect.poll(() => connectedPeers(late), { timeout: 10_000 }).toBe(3)
  // One end of a connection sees it a moment before the other.
  await expect.poll(() => labelled(nodes[0] as TestNode)).toEqual(['n1 true', 'n2 true', 'n3 true'])

  for (const { mesh } of nodes) mesh.applyManifest(manifestOf(three))
  await expect.poll(() => connectedPeers(late), { timeout: 5_000 }).toBe(0)
  expect(labelled(nodes[0] as TestNode).slice(0, 2)).toEqual(['n1 true', 'n2 true'])
  await expect.poll(() => nodes[0]?.mesh.peers().find(({ label }) => label === 'other')?.connections).toBe(0)
  for (const { seen } of nodes)
    expect(seen.disconnected.filter((label) => label !== 'n3' && label !== undefined)).toEqual([])
}, 60_000)

it('a stranger of an open mesh becomes a peer, and a peer a stranger that may come again', async () => {
  const list = await members(2)
  const [host, guest] = list as [Member, Member]
  const alone = manifestOf([host])
  const node = await start(await testNode(host, alone, { closedMesh: false }))
  const visitor = await start(await testNode(guest, manifestOf(list)))
  await expect.poll(() => labelled(node), { timeout: 10_000 }).toEqual(['other true'])
  node.mesh.applyManifest(manifestOf(list))
  expect(labelled(node)[0]).toBe('n1 true')
  expect(visitor.seen.disconnected).toEqual([])
  node.mesh.applyManifest(alone)
  await expect.poll(() => visitor.seen.disconnected, { timeout: 5_000 }).toEqual(['n0'])
  await expect.poll(() => labelled(node), { timeout: 10_000 }).toEqual(['other true'])
}, 60_000)

it('a peer that moved is dialled at its new address, and messages to the others arrive meanwhile', async () => {
  const list = await members(3)
  const nodes = (await startAll(list)) as [TestNode, TestNode, TestNode]
  const [sender, witness, moving] = nodes
  const moved = list.with(2, { ...(list[2] as Member), listen: `/ip4/127.0.0.1/tcp/${await freePort()}` })
  let sent = 0
  const load = setInterval(() => sender.mesh.send(list[1]?.peerId ?? '', 0x01, BigInt(sent++), new Uint8Array(64)), 5)
  try {
    for (const { mesh } of [sender, witness]) mesh.applyManifest(manifestOf(moved))
    await moving.mesh.stop()
    const again = await start(await testNode(moved[2] as Member, manifestOf(moved)))
    await expect.poll(() => connectedPeers(again), { timeout: 10_000 }).toBe(2)
    for (let round = 0; round < 20; round++) {
      const next = round % 2 === 0 ? moved.slice(0, 2) : moved
      for (const { mesh } of [sender, witness]) mesh.applyManifest(manifestOf(next))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await expect.poll(() => connectedPeers(again), { timeout: 10_000 }).toBe(2)
  } finally {
    clearInterval(load)
  }
  await expect.poll(() => witness.seen.messages.length, { timeout: 10_000 }).toBe(sent)
  expect(sender.seen.disconnected.filter((label) => label === 'n1')).toEqual([])
}, 60_000)

it('what a base manifest says of a placeholder is taken too', async () => {
  const list = await members(2)
  const node = await start(await testNode(list[0] as Member, manifestOf(list)))
  const entry = { account_id_hex: '00'.repeat(32), node_id_hex: '11'.repeat(32), peer_id: list[1]?.peerId }
  const own = { ...entry, label: 'n0', multiaddr: list[0]?.listen, peer_id: list[0]?.peerId, bootstrap: true }
  const text = { network_name: 'test', peers: [own, { ...entry, label: 'n1', multiaddr: '/ip4/<later>/tcp/1' }] }
  node.mesh.applyManifest(parseManifest(JSON.stringify(text)))
  expect(node.logs.filter(({ code }) => code === 'MANIFEST_ENTRY_INVALID')).toHaveLength(1)
  expect(labelled(node)).toEqual(['n1 false'])
})
