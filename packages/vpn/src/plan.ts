import {
  endpointText,
  isInForce,
  type OwnKeys,
  ownEntry,
  parseEndpoint,
  parsePrefix,
  prefixText,
  type RosterDocument,
  type RosterEntry,
} from '@montana/fleet/roster'
import { KEEPALIVE_S } from './constants.js'
import type { WantedConfig, WantedPeer } from './wg/types.js'

export interface PlanInput {
  readonly roster: RosterDocument
  readonly own: OwnKeys
  readonly listenPort: number
  /** Wall clock. */
  readonly nowMs: number
}

/** Whether the roster still holds. After its end nobody is authorised. */
export function hasEnded({ not_after }: RosterDocument, nowMs: number): boolean {
  return Date.parse(not_after) <= nowMs
}

/** The public key that this host is to have: the one of its entry in force, else the one it has. */
export function wantedKey({ roster, own, nowMs }: PlanInput): string {
  const [inUse = ''] = own.publicKeys
  return (hasEnded(roster, nowMs) ? undefined : ownEntry(roster, own, nowMs)?.wg_pub) ?? inUse
}

/** What the interface shall be: every other host whose entry is in force is a peer, none after the roster's end. */
export function planConfig(input: PlanInput): WantedConfig {
  const { listenPort } = input
  const peers = entriesInForce(input).map((entry) => peerOf(entry, keepaliveOf(input)))
  const sorted = peers.toSorted((a, b) => (a.publicKey < b.publicKey ? -1 : 1))
  return { publicKey: wantedKey(input), listenPort, peers: sorted }
}

/** Entries of the other hosts that are in force now. */
export function entriesInForce({ roster, own, nowMs }: PlanInput): readonly RosterEntry[] {
  if (hasEnded(roster, nowMs)) return []
  return roster.entries.filter((entry) => entry.label !== own.label && isInForce(entry, nowMs))
}

/** A host that nobody can reach from outside keeps its way out open; the others answer. */
function keepaliveOf({ roster, own, nowMs }: PlanInput): number | null {
  const entry = ownEntry(roster, own, nowMs)
  return entry?.endpoint === null ? KEEPALIVE_S : null
}

function peerOf({ wg_pub, tunnel_ip, endpoint }: RosterEntry, keepaliveS: number | null): WantedPeer {
  const prefix = parsePrefix(tunnel_ip)
  const place = endpoint === null ? undefined : parseEndpoint(endpoint)
  return {
    publicKey: wg_pub,
    allowedIps: prefix ? [prefixText(prefix)] : [],
    endpoint: place ? endpointText(place) : null,
    keepaliveS: place ? keepaliveS : null,
    presharedKey: null,
  }
}
