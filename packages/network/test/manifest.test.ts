import { nodeIdOf, peerIdOf, selectPqBackend } from '@montana/crypto'
import { ConfigError, toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkedListenAddress, manifestMembers, parseListenAddress, parseManifest } from '../src/index.js'

interface Entry {
  [key: string]: unknown
}

let entries: Entry[]

beforeAll(async () => {
  const backend = await selectPqBackend()
  const keys = await Promise.all(
    [1, 2].map(async (byte) => (await backend.importSigner(new Uint8Array(32).fill(byte))).publicKey),
  )
  entries = keys.map((key, index) => ({
    label: `n${index}`,
    multiaddr: `/ip4/127.0.0.1/tcp/${8444 + index}`,
    peer_id: peerIdOf(key),
    account_id_hex: 'AB'.repeat(32),
    node_id_hex: toHex(nodeIdOf(key)),
    node_pubkey_hex: toHex(key),
    bootstrap: index === 0,
    force_active: true,
  }))
})

const json = (peers: Entry[], networkName: unknown = 'devnet') =>
  JSON.stringify({ network_name: networkName, peers, extra: 1 })
const failure = (text: string): ConfigError => {
  try {
    parseManifest(text, 'mesh.json')
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('parseManifest', () => {
  it('reads entries, ignores unknown keys, lowers hex', () => {
    const manifest = parseManifest(json(entries))
    expect(manifest).toMatchObject({ networkName: 'devnet', skipped: [] })
    expect(manifest.peers[0]).toMatchObject({ label: 'n0', bootstrap: true, accountIdHex: 'ab'.repeat(32) })
    expect(manifest.peers[1]).toMatchObject({ bootstrap: false, security: undefined })
    const secured = parseManifest(json([{ ...entries[0], security: 'hybrid' }]))
    expect(secured.peers[0]?.security).toBe('hybrid')
  })

  it.each([
    '/ip4/<address>/tcp/8444',
    '',
    '/dns4/host/tcp/8444',
    '/ip4/1.2.3.4/udp/1',
    '/ip4/1.2.3.4/tcp/0',
    '/ip4/0.0.0.0/tcp/1',
    '/ip6/::/tcp/1',
    '/ip6/::0/tcp/8444',
    '/ip6/0:0:0:0:0:0:0:0/tcp/8444',
    '/ip6/0000::0.0.0.0/tcp/8444',
    '/ip6/::ffff:0.0.0.0/tcp/8444',
    '/ip6/0:0:0:0:0:FFFF:0:0/tcp/8444',
  ])('skips an entry with the address %j and goes on', (multiaddr) => {
    const manifest = parseManifest(json([entries[0] as Entry, { ...entries[1], multiaddr }]))
    expect(manifest.peers.map((peer) => peer.label)).toEqual(['n0'])
    expect(manifest.skipped).toMatchObject([{ label: 'n1', code: 'MANIFEST_ENTRY_INVALID' }])
  })

  it('keeps who a skipped entry is: the identity belongs to the network without an address', () => {
    const nowhere = { ...entries[1], multiaddr: '/ip4/<address>/tcp/8444', security: 'hybrid' }
    const manifest = parseManifest(json([entries[0] as Entry, nowhere]))
    const { peer_id: peerId, node_id_hex: nodeIdHex } = nowhere as Entry
    expect(manifest.skipped).toMatchObject([{ label: 'n1', peerId, nodeIdHex, security: 'hybrid', bootstrap: false }])
    expect(manifestMembers(manifest).map(({ label }) => label)).toEqual(['n0', 'n1'])
  })

  it('names the field at fault, with a remedy and exit 78', () => {
    const bad = (change: Entry) => failure(json([entries[0] as Entry, { ...entries[1], ...change }]))
    const cases: Array<[ConfigError, string]> = [
      [failure('{'), 'mesh.json'],
      [failure(json([])), 'peers'],
      [failure(json(entries, '')), 'network_name'],
      [bad({ node_id_hex: 'ab' }), 'peers[1].node_id_hex'],
      [bad({ account_id_hex: 'zz'.repeat(32) }), 'peers[1].account_id_hex'],
      [bad({ peer_id: '12D3KooW' }), 'peers[1].peer_id'],
      [bad({ label: undefined }), 'peers[1].label'],
      ...['Hybrid', 'pq', '', null, true].map((security): [ConfigError, string] => [
        bad({ security }),
        'peers[1].security',
      ]),
      [bad({ bootstrap: true }), 'peers[].bootstrap'],
      [failure(json([{ ...entries[0], bootstrap: false }])), 'peers[].bootstrap'],
      [bad({ peer_id: entries[0]?.peer_id, node_pubkey_hex: undefined }), 'peers[1].peer_id'],
      [bad({ node_pubkey_hex: 'ab' }), 'peers[1].node_pubkey_hex'],
      [bad({ node_pubkey_hex: entries[0]?.node_pubkey_hex }), 'peers[1].node_pubkey_hex'],
    ]
    for (const [error, field] of cases) {
      expect(error).toMatchObject({ code: 'MANIFEST_INVALID', field, exitCode: 78 })
      expect(error.remedy).toBeTruthy()
      expect(error.message).toContain('mesh.json')
    }
  })
})

describe('listen addresses', () => {
  it('reads the one form in use', () => {
    expect(parseListenAddress('/ip4/0.0.0.0/tcp/8444')).toEqual({ host: '0.0.0.0', family: 4, port: 8444 })
    expect(parseListenAddress('/ip6/::1/tcp/8444')).toEqual({ host: '::1', family: 6, port: 8444 })
    for (const text of ['127.0.0.1:8444', '/ip4/127.0.0.1/tcp/65536', '/ip4/::1/tcp/1', '/ip4/1.1.1.1/tcp/1/p2p/Qm']) {
      expect(parseListenAddress(text)).toBeUndefined()
    }
  })

  it('names flag, value and remedy', () => {
    expect(() => checkedListenAddress('8444')).toThrow(expect.objectContaining({ field: '--listen', exitCode: 78 }))
  })
})
