import { sha256 } from '@montana/codec'
import { base58Encode, SUITE_MLDSA65 } from '@montana/crypto'
import { mldsaKeygen } from '@montana/crypto/oracle'
import { bytesEqual, concatBytes, toHex } from '@montana/foundation'
import { peerIdOfNodeKey } from '@montana/transport'
import { pqOf } from '../backends.js'
import type { Fields } from '../fields.js'
import type { Area, RunContext, Value } from '../types.js'
import { describeAccount, describeNode } from './identity.js'

/** Spec transport 2. */
export const peerIdArea: Area = {
  name: 'peer-id',
  kinds: [
    {
      title: 'peer of a seed',
      matches: (input) => seedName(input) !== undefined,
      backends: ['node', 'noble'],
      run: async (input, context) => ofKey(await nodeKey(input.bytes(seedName(input) ?? ''), context)),
    },
    {
      title: 'peer of a key',
      matches: (input) => keyName(input) !== undefined,
      backends: ['typescript'],
      run: (input) => ofKey(input.bytes(keyName(input) ?? '')),
    },
    {
      title: 'peer of a key digest',
      matches: (input) => input.has('node_pubkey_sha256'),
      backends: ['typescript'],
      partial: ({ knownPeers }, input) => {
        const known = knownPeers.get(digestOf(input))
        const reason = 'the case gives only a digest of the key, and the key is in none of the files'
        if (known === undefined) return { members: ['node_id_hex', 'account_id_hex'], reason }
        return known.account ? undefined : { members: ['account_id_hex'], reason }
      },
      run: (input, { knownPeers }) => {
        const multihash = concatBytes(Uint8Array.of(0x12, 0x20), input.bytes('node_pubkey_sha256'))
        const known = knownPeers.get(digestOf(input))
        return {
          multihash_hex: multihash,
          peer_id: base58Encode(multihash),
          ...(known && ofKey(known.node)),
          ...(known?.account && describeAccount(SUITE_MLDSA65, known.account)),
        }
      },
    },
  ],
}

function seedName(input: Fields): string | undefined {
  return input.nameOf('identity_seed_hex', 'identity_seed', 'seed_hex', 'seed')
}

function keyName(input: Fields): string | undefined {
  return input.nameOf('node_pubkey_hex', 'node_pubkey')
}

function digestOf(input: Fields): string {
  return toHex(input.bytes('node_pubkey_sha256'))
}

async function nodeKey(seed: Uint8Array, { backend, backends }: RunContext): Promise<Uint8Array> {
  if (backend === 'noble') return mldsaKeygen(seed).publicKey
  return (await pqOf(backends, backend).importSigner(seed)).publicKey
}

/** All ids of a node key; libp2p must see the same peer id as we do. */
function ofKey(publicKey: Uint8Array): Record<string, Value> {
  const description = describeNode(publicKey)
  const peerId = peerIdOfNodeKey(publicKey)
  if (peerId.toString() !== description.peer_id) throw new Error(`libp2p calls it ${peerId.toString()}`)
  if (!bytesEqual(peerId.toMultihash().bytes, description.multihash_hex as Uint8Array))
    throw new Error('other multihash')
  return { ...description, pk_sha256: sha256(publicKey) }
}
