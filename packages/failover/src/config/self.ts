import { networkInterfaces } from 'node:os'
import { bytesEqual, ConfigError, nearest } from '@montana/foundation'
import type { PeerRegistry } from '../channel/types.js'
import { canonicalAddress } from './address.js'
import type { GroupConfig } from './types.js'

export interface SelfSources {
  /** `--node` */
  readonly flag: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly config: Pick<GroupConfig, 'hosts' | 'self'>
  /** Of all interfaces of this host. */
  readonly localAddresses: readonly string[]
}

/**
 * The name of this host: flag, environment, file, then the single host whose address is here. A wrong name never falls
 * through to the next source. Throws ConfigError SELF_UNKNOWN (78). Spec three-mirror 2.
 */
export function findSelf({ flag, environment, config, localAddresses }: SelfSources): string {
  const fromEnvironment = environment.MONTANA_NODE_NAME?.trim().toLowerCase() || undefined
  const given = [
    ['--node', flag],
    ['MONTANA_NODE_NAME', fromEnvironment],
    ['self', config.self ?? undefined],
  ] as const
  const [source, name] = given.find(([, value]) => value !== undefined) ?? []
  if (source === undefined || name === undefined) return findByAddress(config, localAddresses)
  if (Object.hasOwn(config.hosts, name)) return name
  throw unknownName(source, name, Object.keys(config.hosts))
}

export function localAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((found = []) => found.map(({ address }) => address))
}

/** Starting as a host whose key one does not have would only be refused by all others. Throws SELF_KEY_FOREIGN (78). */
export function checkSelfKey(self: string, publicKey: Uint8Array, registry: PeerRegistry): void {
  const valid = registry.keysOf(self).filter(({ keyType, isRevoked }) => keyType === 'ml-dsa-65' && !isRevoked)
  if (valid.some((key) => bytesEqual(key.publicKey, publicKey))) return
  const reason = valid.length === 0 ? 'has no valid key in the registry' : 'has another key in the registry'
  throw new ConfigError(`the identity of this host is not that of ${self}, which ${reason}`, {
    code: 'SELF_KEY_FOREIGN',
    field: 'registry',
    remedy: `check the name of this host; if it is ${self}, add its key to the registry and sign it`,
  })
}

function findByAddress({ hosts }: SelfSources['config'], localAddresses: readonly string[]): string {
  const local = new Set(localAddresses.map(canonicalAddress))
  const here = Object.values(hosts).filter(({ address }) => local.has(canonicalAddress(address)))
  const [only] = here
  if (only !== undefined && here.length === 1) return only.name
  const message =
    only === undefined
      ? 'this host has no name, and no address of the group'
      : `this host has no name, and the addresses of ${here.map(({ name }) => name).join(' and ')}`
  throw selfUnknown(message, `give --node NAME or set MONTANA_NODE_NAME (known: ${Object.keys(hosts).join(', ')})`)
}

function unknownName(source: string, name: string, known: readonly string[]): ConfigError {
  const near = nearest(name, known)
  const remedy = `${near === undefined ? 'name' : `did you mean ${near}? Name`} one of ${known.join(', ')}`
  return selfUnknown(`${source} names ${name}, which is no host of the group`, remedy)
}

function selfUnknown(message: string, remedy: string): ConfigError {
  return new ConfigError(message, { code: 'SELF_UNKNOWN', field: 'self', remedy })
}
