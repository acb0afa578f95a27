import { endpointText, parseEndpoint, parsePrefix, prefixText } from '@montana/fleet/roster'
import { VpnError } from '../errors.js'
import type { ActualConfig, ActualPeer } from './types.js'

const NONE = '(none)'
const MS_PER_S = 1000

/**
 * Reads `wg show IFACE dump`: a line of the interface (private key, public key, port, mark), then one of each peer (key,
 * shared key, endpoint, addresses, handshake, received, sent, keepalive), columns parted by tabs. The private key and the
 * shared ones are dropped here. Throws WG_FAILED.
 */
export function parseDump(text: string): ActualConfig {
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '')
  const [, publicKey, listenPort, mark] = first.split('\t')
  if (publicKey === undefined || listenPort === undefined || mark === undefined) throw unreadable('the interface')
  return {
    publicKey: publicKey === NONE ? null : publicKey,
    listenPort: numberOf(listenPort),
    peers: rest.map(parsePeer),
  }
}

function parsePeer(line: string): ActualPeer {
  const [publicKey = '', shared, endpoint = '', allowed = '', handshake = '', rx = '', tx = '', keepalive] =
    line.split('\t')
  if (keepalive === undefined) throw unreadable('a peer')
  const handshakeS = numberOf(handshake)
  return {
    publicKey,
    hasPresharedKey: shared !== NONE,
    endpoint: endpoint === NONE ? null : spelledEndpoint(endpoint),
    allowedIps: allowed === NONE ? [] : allowed.split(',').map(spelledPrefix).sort(),
    latestHandshakeMs: handshakeS === 0 ? null : handshakeS * MS_PER_S,
    rxBytes: numberOf(rx),
    txBytes: numberOf(tx),
    keepaliveS: keepalive === 'off' ? null : numberOf(keepalive),
  }
}

/** What somebody else configured may be of no form of ours; it then differs from all that we want. */
function spelledPrefix(text: string): string {
  const prefix = parsePrefix(text)
  return prefix ? prefixText(prefix) : text
}

function spelledEndpoint(text: string): string {
  const endpoint = parseEndpoint(text)
  return endpoint ? endpointText(endpoint) : text
}

function numberOf(text: string): number {
  if (/^\d{1,16}$/.test(text)) return Number(text)
  throw unreadable('a number')
}

function unreadable(what: string): VpnError {
  return new VpnError('WG_FAILED', `the dump of wg: ${what} is not of its form`, {
    remedy: 'use the wg of the wireguard-tools package',
  })
}
