import type { ActualConfig, ActualPeer, WantedConfig, WantedPeer } from './types.js'

/** What an interface has too little, too much or otherwise. Empty: nothing is to be done. */
export interface Difference {
  /** Fields of the interface. */
  readonly interface: readonly ('private_key' | 'listen_port')[]
  /** Keys in base64. */
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly change: readonly string[]
}

/**
 * `areEndpointsApplied`: exactly this configuration was applied last. Then another endpoint than the wanted one is where
 * the peer has moved to since, which is for WireGuard to know; to set it back would cut the peer off.
 */
export function compareConfig(wanted: WantedConfig, actual: ActualConfig, areEndpointsApplied: boolean): Difference {
  const present = new Map(actual.peers.map((peer) => [peer.publicKey, peer]))
  const keys = new Set(wanted.peers.map(({ publicKey }) => publicKey))
  const isOther = (peer: WantedPeer) => {
    const found = present.get(peer.publicKey)
    return found !== undefined && differs(peer, found, areEndpointsApplied)
  }
  return {
    interface: interfaceDifference(wanted, actual),
    add: wanted.peers.filter(({ publicKey }) => !present.has(publicKey)).map(({ publicKey }) => publicKey),
    remove: actual.peers.filter(({ publicKey }) => !keys.has(publicKey)).map(({ publicKey }) => publicKey),
    change: wanted.peers.filter(isOther).map(({ publicKey }) => publicKey),
  }
}

export function isEqual(difference: Difference): boolean {
  return Object.values(difference).every((list) => list.length === 0)
}

function interfaceDifference(wanted: WantedConfig, actual: ActualConfig): Difference['interface'] {
  return [
    ...(wanted.publicKey === actual.publicKey ? [] : (['private_key'] as const)),
    ...(wanted.listenPort === actual.listenPort ? [] : (['listen_port'] as const)),
  ]
}

function differs(wanted: WantedPeer, actual: ActualPeer, areEndpointsApplied: boolean): boolean {
  return (
    wanted.allowedIps.toSorted().join() !== actual.allowedIps.toSorted().join() ||
    wanted.keepaliveS !== actual.keepaliveS ||
    (wanted.presharedKey !== null) !== actual.hasPresharedKey ||
    endpointDiffers(wanted.endpoint, actual.endpoint, areEndpointsApplied)
  )
}

function endpointDiffers(wanted: string | null, actual: string | null, isApplied: boolean): boolean {
  if (wanted === null || wanted === actual) return false
  return actual === null || !isApplied
}
