import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkManifestSecurity } from '../src/config/manifest-security.js'
import { loadManifest } from '../src/genesis-file.js'
import { makeWorld, temporaryDirectory, type World } from './support/world.js'

const PLACEHOLDER = '/ip4/<address>/tcp/8444'
let world: World

beforeAll(async () => {
  world = await makeWorld()
})

/** The manifest of the operators, each entry changed by what `changes` holds for its label. */
async function load(changes: Readonly<Record<string, object>>) {
  const peers = world.document.operators.map(({ label }, index) => ({
    label,
    multiaddr: `/ip4/127.0.0.1/tcp/${8444 + index}`,
    peer_id: world.members[index]?.identity.peerId,
    account_id_hex: toHex(world.members[index]?.identity.accountId ?? new Uint8Array()),
    node_id_hex: toHex(world.members[index]?.identity.nodeId ?? new Uint8Array()),
    bootstrap: index === 0,
    ...changes[label],
  }))
  const path = join(temporaryDirectory(), 'manifest.json')
  writeFileSync(path, JSON.stringify({ network_name: world.document.networkName, peers }))
  return await loadManifest(path, world.document)
}

describe('a manifest beside a genesis', () => {
  it('holds its operators, whether or not their addresses are known', async () => {
    const { peers, skipped } = await load({ two: { multiaddr: PLACEHOLDER } })
    expect([peers, skipped].map((list) => list.map(({ label }) => label))).toEqual([['one', 'three'], ['two']])
  })

  it.each(['/ip4/127.0.0.1/tcp/1', PLACEHOLDER])('is refused with the node id of another at %s', async (multiaddr) => {
    const two = { multiaddr, node_id_hex: '00'.repeat(32) }
    await expect(load({ two })).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining('peers.two.node_id_hex'),
    })
  })
})

describe('the hybrid profile in a manifest', () => {
  it.each(['/ip4/127.0.0.1/tcp/1', PLACEHOLDER])('is refused where it is not offered, at %s', async (multiaddr) => {
    const manifest = await load({ two: { multiaddr, security: 'hybrid' } })
    expect(() => checkManifestSecurity(['pq'], manifest)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        field: 'transportSecurity',
        exitCode: 78,
        message: expect.stringContaining('with two,'),
        remedy: expect.stringContaining('offer hybrid in transportSecurity'),
      }),
    )
  })

  it('is well where it is offered, and pq alone is well without it', async () => {
    const manifest = await load({ two: { security: 'hybrid' } })
    for (const offers of [['hybrid', 'pq'], ['hybrid']] as const) checkManifestSecurity(offers, manifest)
    checkManifestSecurity(['pq'], await load({}))
  })
})
