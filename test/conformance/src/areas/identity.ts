import { sha256 } from '@montana/codec'
import {
  accountIdOf,
  addressOf,
  base58Decode,
  base58Encode,
  derivePublicKeys,
  deriveRoleSeeds,
  entropyToMnemonic,
  masterSeedFingerprint,
  nodeIdOf,
  type PublicKeys,
  parseAddress,
  peerIdMultihashOf,
  peerIdOf,
  type RoleSeeds,
  SUITE_MLDSA65,
} from '@montana/crypto'
import { mldsaKeygen, mlkemKeygen } from '@montana/crypto/oracle'
import type { Fields } from '../fields.js'
import type { Area, RunContext, Value, Values } from '../types.js'
import { masterSeedOf } from './seeds.js'

/** Spec protocol 2. */
export const identityArea: Area = {
  name: 'identity',
  kinds: [
    {
      title: 'identity from entropy',
      matches: (input) => input.has('entropy'),
      backends: ['node', 'noble'],
      run: fullIdentity,
    },
    {
      title: 'ids of public keys',
      matches: (input) => input.nameOf('node_pubkey_hex', 'account_pubkey_hex') !== undefined,
      backends: ['typescript'],
      run: (input) => ({ ...nodeIds(input), ...accountIds(input) }),
    },
    {
      title: 'base58',
      matches: (input) => input.nameOf('bytes', 'hex') !== undefined,
      backends: ['typescript'],
      run: (input) => base58Encode(input.bytes(input.nameOf('bytes', 'hex') ?? '')),
    },
    {
      title: 'base58 decoding',
      matches: (input) => input.nameOf('base58', 'text') !== undefined,
      backends: ['typescript'],
      run: (input) => base58Decode(input.text(input.nameOf('base58', 'text') ?? '')) ?? null,
    },
    {
      title: 'address',
      matches: (input) => input.has('account_id'),
      backends: ['typescript'],
      run: (input) => addressOf(input.bytes('account_id')),
    },
    {
      title: 'address decoding',
      matches: (input) => input.has('address'),
      backends: ['typescript'],
      run: (input) => parseAddress(input.text('address')) ?? null,
    },
  ],
}

async function fullIdentity(input: Fields, context: RunContext): Promise<Value> {
  const entropy = input.bytes('entropy')
  const masterSeed = await masterSeedOf(entropy)
  const seeds = deriveRoleSeeds(masterSeed)
  const keys = await publicKeys(seeds, context)
  return {
    entropy,
    mnemonic: await entropyToMnemonic(entropy),
    master_seed: masterSeed,
    account_seed: seeds.account,
    node_seed: seeds.node,
    mlkem_seed: seeds.kem,
    libp2p_ed25519_seed: seeds.transport,
    account_pk_sha256: sha256(keys.account),
    node_pk_sha256: sha256(keys.node),
    mlkem_pk_sha256: sha256(keys.kem),
    master_seed_fingerprint8: masterSeedFingerprint(masterSeed),
    ...describeAccount(SUITE_MLDSA65, keys.account),
    ...describeNode(keys.node),
  }
}

async function publicKeys(seeds: RoleSeeds, { backend }: RunContext): Promise<PublicKeys> {
  if (backend === 'node') return await derivePublicKeys(seeds)
  return {
    account: mldsaKeygen(seeds.account).publicKey,
    node: mldsaKeygen(seeds.node).publicKey,
    kem: mlkemKeygen(seeds.kem).publicKey,
  }
}

function nodeIds(input: Fields): Values {
  return input.has('node_pubkey_hex') ? describeNode(input.bytes('node_pubkey_hex')) : {}
}

function accountIds(input: Fields): Values {
  if (!input.has('account_pubkey_hex')) return {}
  const suite = input.has('suite_id') ? input.number('suite_id') : SUITE_MLDSA65
  return describeAccount(suite, input.bytes('account_pubkey_hex'))
}

export function describeNode(publicKey: Uint8Array): Values {
  const peerId = peerIdOf(publicKey)
  const nodeId = nodeIdOf(publicKey)
  return {
    node_id: nodeId,
    node_id_hex: nodeId,
    peer_id: peerId,
    xx_peer_id: peerId,
    multihash_hex: peerIdMultihashOf(publicKey),
    node_pk_sha256: sha256(publicKey),
  }
}

export function describeAccount(suite: number, publicKey: Uint8Array): Values {
  const accountId = accountIdOf(suite, publicKey)
  return {
    account_id: accountId,
    account_id_hex: accountId,
    address: addressOf(accountId),
    account_pk_sha256: sha256(publicKey),
  }
}
