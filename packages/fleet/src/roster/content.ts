import type { DocumentKind, DocumentVerifier } from '../document.js'
import { FleetError } from '../errors.js'
import { fromBase64 } from '../fields.js'
import { requireUnique } from '../unique.js'
import { endpointText, parseEndpoint } from './endpoint.js'
import { ROSTER_SCHEMA, type RosterDocument, type RosterEntry, rosterForm } from './form.js'
import { nodeSigned } from './node-signature.js'
import { type Prefix, parsePrefix, prefixesOverlap, prefixText } from './prefix.js'
import { meet } from './validity.js'
import { isSoundWgKey } from './wg-key.js'

/** ML-DSA-65 public keys of nodes (1952 bytes) by node id in lower hex, as the manifest in force says them. */
export type NodeKeys = ReadonlyMap<string, Uint8Array>

/**
 * The VPN roster as a kind of signed document. With the keys of the nodes, an entry that its node signed must be signed
 * by that node. Spec operations 12.2.
 */
export function rosterKind(nodeKeys: NodeKeys = new Map()): DocumentKind<RosterDocument> {
  return {
    schema: ROSTER_SCHEMA,
    form: rosterForm,
    checkContent: (document, verify) => checkRoster(document, verify, nodeKeys),
  }
}

export const ROSTER_KIND: DocumentKind<RosterDocument> = rosterKind()

/** All or nothing. What holds between entries holds of those that are in force at one instant; a key is never used twice. */
async function checkRoster(document: RosterDocument, verify: DocumentVerifier, nodeKeys: NodeKeys): Promise<void> {
  const { entries } = document
  requireUnique(
    'entries',
    'wg_pub',
    entries.map(({ wg_pub }) => wg_pub),
  )
  checkNames(entries)
  for (const entry of entries) checkEntry(document, entry)
  for (const pair of pairsOf(entries)) checkPair(pair)
  checkLoops(entries)
  for (const entry of entries) await checkNodeSignature(entry, { verify, nodeKeys })
}

/** One label means one node, and the other way round, whatever the state of their entries. */
function checkNames(entries: readonly RosterEntry[]): void {
  const nodes = new Map<string, string>()
  const labels = new Map<string, string>()
  for (const { label, node_id } of entries) {
    const isOther = (nodes.get(label) ?? node_id) !== node_id || (labels.get(node_id) ?? label) !== label
    if (isOther) throw invalid('label', `the label ${label} and its node_id stand with others elsewhere`)
    nodes.set(label, node_id)
    labels.set(node_id, label)
  }
}

function checkEntry({ issued_at }: RosterDocument, entry: RosterEntry): void {
  const { label, wg_pub, valid_from, valid_to, state } = entry
  if (!isSoundWgKey(fromBase64(wg_pub))) throw invalid('wg_pub', `${label}: wg_pub is no X25519 key that may be used`)
  if (Date.parse(valid_from) >= Date.parse(valid_to)) throw invalid('valid_to', `${label}: it ends before it begins`)
  if (state === 'active' && Date.parse(valid_to) <= Date.parse(issued_at)) {
    throw invalid('state', `${label}: it is active although its validity ended before the roster was issued`)
  }
}

function* pairsOf(entries: readonly RosterEntry[]): Generator<readonly [RosterEntry, RosterEntry]> {
  for (const [index, first] of entries.entries()) {
    for (const second of entries.slice(index + 1)) if (meet(first, second)) yield [first, second]
  }
}

function checkPair([a, b]: readonly [RosterEntry, RosterEntry]): void {
  if (a.label === b.label) throw invalid('label', `${a.label}: two of its keys are in force at one time`)
  if (prefixesOverlap(prefixOf(a), prefixOf(b))) {
    throw invalid('tunnel_ip', `${a.label} and ${b.label}: ${prefixText(prefixOf(b))} belongs to both at one time`)
  }
  if (a.endpoint !== null && b.endpoint !== null && sameEndpoint(a.endpoint, b.endpoint)) {
    throw invalid('endpoint', `${a.label} and ${b.label}: both are at ${b.endpoint} at one time`)
  }
}

/** Packets to an endpoint that lies inside the tunnel would have to go through the tunnel first. */
function checkLoops(entries: readonly RosterEntry[]): void {
  const active = entries.filter(({ state }) => state === 'active')
  for (const { label, endpoint } of active) {
    const address = endpoint === null ? undefined : parseEndpoint(endpoint)?.address
    const inside = address && active.find((entry) => prefixesOverlap(prefixOf(entry), address))
    if (inside) throw invalid('endpoint', `${label}: its endpoint is the tunnel address of ${inside.label}`)
  }
}

async function checkNodeSignature(
  entry: RosterEntry,
  { verify, nodeKeys }: { readonly verify: DocumentVerifier; readonly nodeKeys: NodeKeys },
): Promise<void> {
  const key = nodeKeys.get(entry.node_id)
  // To revoke a key must not need the word of its node.
  if (!key || entry.sig_node === null || entry.state === 'revoked') return
  if (await nodeSigned(entry, key, verify)) return
  throw invalid('sig_node', `${entry.label}: its node did not sign this entry`)
}

function sameEndpoint(a: string, b: string): boolean {
  const [first, second] = [parseEndpoint(a), parseEndpoint(b)]
  return first !== undefined && second !== undefined && endpointText(first) === endpointText(second)
}

/** The form has seen to it that there is one. */
function prefixOf({ tunnel_ip, label }: RosterEntry): Prefix {
  const prefix = parsePrefix(tunnel_ip)
  if (prefix) return prefix
  throw invalid('tunnel_ip', `${label}: tunnel_ip is no prefix`)
}

function invalid(field: string, what: string): FleetError {
  return new FleetError('DOC_INVALID', what, { field })
}
