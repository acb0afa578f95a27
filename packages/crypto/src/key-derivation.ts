import { bytesEqual } from '@montana/foundation'
import { NobleClient } from './noble-client.js'
import type { ExpandedPair, ExpandResult } from './noble-protocol.js'
import {
  importMldsaSeed,
  importMlkemSeed,
  mldsaSecretMatchesSeed,
  mlkemSecretMatchesSeed,
  nodeHasPostQuantum,
  rawPublicKey,
} from './node-keys.js'
import type { RoleSeeds } from './seeds.js'

export interface PublicKeys {
  /** 1952 bytes. */
  readonly account: Uint8Array
  /** 1952 bytes. */
  readonly node: Uint8Array
  /** 1184 bytes. */
  readonly kem: Uint8Array
}

export interface ExpandedKeys {
  readonly account: ExpandedPair
  readonly node: ExpandedPair
  readonly kem: ExpandedPair
}

/** The public keys of the three roles, by OpenSSL where it can and otherwise in the noble worker. */
export async function derivePublicKeys(seeds: RoleSeeds): Promise<PublicKeys> {
  if (nodeHasPostQuantum()) {
    return {
      account: rawPublicKey(importMldsaSeed(seeds.account)),
      node: rawPublicKey(importMldsaSeed(seeds.node)),
      kem: rawPublicKey(importMlkemSeed(seeds.kem)),
    }
  }
  const { account, node, kem } = await expandKeys(seeds)
  return { account: account.publicKey, node: node.publicKey, kem: kem.publicKey }
}

/** The FIPS expanded secret keys, which OpenSSL does not give out: made in a worker that ends afterwards. */
export async function expandKeys(seeds: RoleSeeds): Promise<ExpandedKeys> {
  const client = new NobleClient()
  try {
    const { mldsa, mlkem } = await client.call<ExpandResult>({
      op: 'expand',
      mldsaSeeds: [seeds.account, seeds.node],
      mlkemSeed: seeds.kem,
    })
    const [account, node] = mldsa as readonly [ExpandedPair, ExpandedPair]
    return { account, node, kem: mlkem }
  } finally {
    await client.close()
  }
}

export interface SecretKeys {
  readonly account: Uint8Array
  readonly node: Uint8Array
  readonly kem: Uint8Array
}

/** The first role whose secret key is not the expansion of its seed; `undefined` when all are. */
export async function findForeignSecret(seeds: RoleSeeds, secrets: SecretKeys): Promise<keyof SecretKeys | undefined> {
  if (nodeHasPostQuantum()) {
    if (!mldsaSecretMatchesSeed(secrets.account, seeds.account)) return 'account'
    if (!mldsaSecretMatchesSeed(secrets.node, seeds.node)) return 'node'
    return mlkemSecretMatchesSeed(secrets.kem, seeds.kem) ? undefined : 'kem'
  }
  const expanded = await expandKeys(seeds)
  const roles = ['account', 'node', 'kem'] as const
  return roles.find((role) => !bytesEqual(expanded[role].secretKey, secrets[role]))
}
