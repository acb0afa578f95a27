import { toHex } from '@montana/foundation'
import type { PeerRegistry } from '../../channel/types.js'
import { canonicalAddress } from '../address.js'
import type { ConfigProblem } from '../problem.js'
import { repeated } from './chains.js'

type Hosts = Readonly<Record<string, { readonly address: string }>>

export function addressProblems(hosts: Hosts): ConfigProblem[] {
  const entries = Object.entries(hosts).map(([name, { address }]) => ({ name, address: canonicalAddress(address) }))
  return repeated(entries.map(({ address }) => address)).map((address) => {
    const names = entries.filter((entry) => entry.address === address).map(({ name }) => name)
    return {
      code: 'ADDRESS_DUPLICATE',
      field: `hosts.${names.at(-1)}.address`,
      message: `${names.join(' and ')} have one address, ${address}`,
      remedy: 'give each host an address of its own',
    }
  })
}

/** Two hosts with one key are one host to everybody who verifies. Revoked keys do not count. */
export function keyProblems(hosts: readonly string[], registry: PeerRegistry): ConfigProblem[] {
  const keys = hosts.flatMap((name) => {
    const valid = registry.keysOf(name).filter(({ isRevoked }) => !isRevoked)
    return [...new Set(valid.map(({ publicKey }) => toHex(publicKey)))].map((key) => ({ name, key }))
  })
  return repeated(keys.map(({ key }) => key)).map((key) => {
    const names = keys.filter((entry) => entry.key === key).map(({ name }) => name)
    return {
      code: 'KEY_DUPLICATE',
      field: 'registry',
      message: `${names.join(' and ')} have one key in the registry`,
      remedy: 'make an identity on each host and sign the registry anew',
    }
  })
}
