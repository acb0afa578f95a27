import { nodeIdOf } from '@montana/crypto'
import { ConfigError, fromHex, toHex } from '@montana/foundation'
import { IDENTITY_KEY_BYTES, peerIdOfNodeKey } from '@montana/transport'
import { z } from 'zod'
import { parseListenAddress } from './address.js'

/** Who belongs to the network, wherever it is. */
export interface ManifestMember {
  readonly label: string
  readonly peerId: string
  readonly accountIdHex: string
  readonly nodeIdHex: string
  readonly bootstrap: boolean
  readonly security: 'hybrid' | undefined
}

/** One peer that can be dialled. */
export interface ManifestPeer extends ManifestMember {
  /** `/ip4|ip6/<address>/tcp/<port>`, without `/p2p`. */
  readonly multiaddr: string
}

/** An entry whose address is a placeholder; reported as MANIFEST_ENTRY_INVALID. It is not dialled, and may dial. */
export interface SkippedEntry extends ManifestMember {
  readonly code: 'MANIFEST_ENTRY_INVALID'
  readonly message: string
}

export interface Manifest {
  readonly networkName: string
  readonly peers: readonly ManifestPeer[]
  readonly skipped: readonly SkippedEntry[]
}

/** Every identity that the manifest names: those that can be dialled, then the others. */
export function manifestMembers({ peers, skipped }: Manifest): readonly ManifestMember[] {
  return [...peers, ...skipped]
}

const hex32 = z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be exactly 64 hex digits')
const peerIdText = z
  .string()
  .regex(/^Qm[1-9A-HJ-NP-Za-km-z]{44}$/, 'must be a PeerId of 46 characters that starts with Qm')

const entrySchema = z.object({
  label: z.string().min(1, 'must not be empty'),
  multiaddr: z.string(),
  peer_id: peerIdText,
  account_id_hex: hex32,
  node_id_hex: hex32,
  bootstrap: z.boolean().default(false),
  node_pubkey_hex: z.string().optional(),
  security: z.literal('hybrid', 'must be "hybrid" or left out').optional(),
})

const manifestSchema = z.object({
  network_name: z.string().min(1, 'must not be empty'),
  peers: z.array(entrySchema).min(1, 'must name at least one peer'),
})

type RawEntry = z.infer<typeof entrySchema>

/**
 * Parses a discovery manifest: spec transport 2, protocol 4.6. Unknown keys are ignored; entries with a placeholder
 * address are kept apart. Throws {@link ConfigError} MANIFEST_INVALID that names the field. Whether `network_name` is that
 * of the genesis document is the caller's check.
 */
export function parseManifest(json: string, source = 'manifest'): Manifest {
  const result = manifestSchema.safeParse(parseJson(json, source))
  if (!result.success) {
    const issue = result.error.issues[0]
    throw invalid(source, fieldName(issue?.path ?? []), issue?.message ?? 'is not a manifest')
  }
  const raw = result.data
  checkBootstrap(raw.peers, source)
  checkUnique(raw.peers, source)
  raw.peers.forEach((entry, index) => {
    checkNodeKey(entry, index, source)
  })
  return { networkName: raw.network_name, ...sortOut(raw.peers) }
}

function sortOut(entries: readonly RawEntry[]): Pick<Manifest, 'peers' | 'skipped'> {
  const peers: ManifestPeer[] = []
  const skipped: SkippedEntry[] = []
  for (const entry of entries) {
    if (parseListenAddress(entry.multiaddr, { dial: true }) !== undefined) peers.push(toPeer(entry))
    else skipped.push(skip(entry))
  }
  return { peers, skipped }
}

function skip(entry: RawEntry): SkippedEntry {
  const message = `${entry.label}: ${JSON.stringify(entry.multiaddr)} is not /ip4|ip6/<address>/tcp/<port>; the peer is not dialled`
  return { ...toMember(entry), code: 'MANIFEST_ENTRY_INVALID', message }
}

function toPeer(entry: RawEntry): ManifestPeer {
  return { ...toMember(entry), multiaddr: entry.multiaddr }
}

function toMember(entry: RawEntry): ManifestMember {
  return {
    label: entry.label,
    peerId: entry.peer_id,
    accountIdHex: entry.account_id_hex.toLowerCase(),
    nodeIdHex: entry.node_id_hex.toLowerCase(),
    bootstrap: entry.bootstrap,
    security: entry.security,
  }
}

function parseJson(json: string, source: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new ConfigError(`${source} is not JSON`, {
      code: 'MANIFEST_INVALID',
      field: source,
      remedy: 'give a JSON document with network_name and peers',
      cause,
    })
  }
}

function checkBootstrap(peers: readonly RawEntry[], source: string): void {
  const count = peers.filter((peer) => peer.bootstrap).length
  if (count !== 1) throw invalid(source, 'peers[].bootstrap', `must be true in exactly one entry, found ${count}`)
}

/** Two entries of one PeerId would be dialled and counted twice. */
function checkUnique(peers: readonly RawEntry[], source: string): void {
  for (const field of ['peer_id', 'label'] as const) {
    const seen = new Set<string>()
    peers.forEach((peer, index) => {
      if (seen.has(peer[field])) throw invalid(source, `peers[${index}].${field}`, `${peer[field]} occurs twice`)
      seen.add(peer[field])
    })
  }
}

function checkNodeKey(entry: RawEntry, index: number, source: string): void {
  if (entry.node_pubkey_hex === undefined) return
  const field = `peers[${index}].node_pubkey_hex`
  const key = fromHex(entry.node_pubkey_hex, IDENTITY_KEY_BYTES)
  if (key === undefined) throw invalid(source, field, `must be ${2 * IDENTITY_KEY_BYTES} hex digits`)
  if (peerIdOfNodeKey(key).toString() !== entry.peer_id) throw invalid(source, field, 'does not hash to peer_id')
  if (toHex(nodeIdOf(key)) !== entry.node_id_hex.toLowerCase())
    throw invalid(source, field, 'does not hash to node_id_hex')
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`
    return name === '' ? String(part) : `${name}.${String(part)}`
  }, '')
}

function invalid(source: string, field: string, problem: string): ConfigError {
  return new ConfigError(`${source}: ${field === '' ? 'document' : field} ${problem}`, {
    code: 'MANIFEST_INVALID',
    field,
    remedy: `correct ${field === '' ? 'the document' : field} in ${source}`,
  })
}
