import { createHash } from 'node:crypto'
import { toHex } from '@montana/foundation'
import type { WantedConfig, WantedPeer } from './types.js'

/**
 * The file for `wg syncconf`. It always has PrivateKey and ListenPort: `wg` takes a file without them for the wish to
 * clear the key and to move the port. Spec operations 12.2.
 */
export function renderConfig(wanted: WantedConfig, privateKey: string): string {
  return `${renderInterface(wanted, privateKey)}${renderPeers(wanted)}`
}

/** SHA-256 of all but the private key, lower hex: what was applied last, without saying what it was. */
export function wantedDigest(wanted: WantedConfig): string {
  const text = `${renderInterface(wanted, wanted.publicKey)}${renderPeers(wanted)}`
  return toHex(createHash('sha256').update(text).digest())
}

function renderInterface({ listenPort }: WantedConfig, key: string): string {
  return `[Interface]\nPrivateKey = ${key}\nListenPort = ${listenPort}\n`
}

function renderPeers({ peers }: WantedConfig): string {
  return peers.map(renderPeer).join('')
}

function renderPeer({ publicKey, allowedIps, endpoint, keepaliveS, presharedKey }: WantedPeer): string {
  const lines = [
    '',
    '[Peer]',
    `PublicKey = ${publicKey}`,
    ...(presharedKey === null ? [] : [`PresharedKey = ${presharedKey}`]),
    `AllowedIPs = ${allowedIps.join(', ')}`,
    ...(endpoint === null ? [] : [`Endpoint = ${endpoint}`]),
    `PersistentKeepalive = ${keepaliveS ?? 'off'}`,
  ]
  return `${lines.join('\n')}\n`
}
