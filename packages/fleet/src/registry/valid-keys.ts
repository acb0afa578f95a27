import { systemTime } from '@montana/foundation'
import type { RegistryWatch } from './watch.js'

/** Raw ML-DSA-65 keys of a host that count now, by the registry in force: not over, not revoked; none for a stranger. */
export function validKeys(registry: RegistryWatch): (host: string) => readonly Uint8Array[] {
  return (host) => {
    const keys = registry.current().keysOf(host, systemTime.wallMs())
    const valid = keys.filter(({ keyType, isRevoked }) => keyType === 'ml-dsa-65' && !isRevoked)
    return valid.map(({ publicKey }) => publicKey)
  }
}
