import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deriveIdentity, type Identity } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import { devnetGenesis, formatGenesisJson, type GenesisDocument } from '@montana/ledger'
import { saveIdentity } from '@montana/node'
import { D0, LABELS, type Label, LINK_PORT_BASE, NODE_PORT } from './constants.js'

/** One member of the mesh on disk. */
export interface MemberFiles {
  readonly label: Label
  readonly dataDir: string
  /** Its own: it reaches each of the others through a link of its own. */
  readonly manifestPath: string
  readonly listen: string
}

export interface MeshFiles {
  readonly genesisPath: string
  readonly members: readonly MemberFiles[]
  /** By node id, hex. */
  readonly labels: ReadonlyMap<string, Label>
}

/** Writes identities, genesis and manifests below `dir`, which must be empty. */
export async function makeFiles(dir: string, addressOf: (label: string) => string): Promise<MeshFiles> {
  const identities = await Promise.all(LABELS.map(identityOf))
  const genesisPath = join(dir, 'genesis.json')
  const document = genesisOf(identities)
  writeFileSync(genesisPath, formatGenesisJson(document))
  const members: MemberFiles[] = []
  for (const [index, label] of LABELS.entries()) {
    const dataDir = join(dir, 'nodes', label)
    mkdirSync(dataDir, { recursive: true })
    const identity = identities[index]
    if (identity) await saveIdentity(dataDir, identity)
    const manifestPath = join(dir, `manifest-${label}.json`)
    writeFileSync(manifestPath, JSON.stringify(manifestFor(label, document, identities, addressOf)))
    members.push({ label, dataDir, manifestPath, listen: tcp(addressOf(label), NODE_PORT) })
  }
  const labels = new Map(identities.map(({ nodeId }, index) => [toHex(nodeId), LABELS[index] ?? LABELS[0]]))
  return { genesisPath, members, labels }
}

async function identityOf(label: Label): Promise<Identity> {
  return await deriveIdentity(new Uint8Array(createHash('sha256').update(`montana-chaos/${label}`).digest()))
}

function genesisOf(identities: readonly Identity[]): GenesisDocument {
  const operators = identities.map(({ publicKeys: { node, account } }, index) => {
    return { label: LABELS[index] ?? '', nodePublicKey: node, accountPublicKey: account }
  })
  const plain = devnetGenesis(operators)
  return { ...plain, params: { ...plain.params, d0: D0 } }
}

/** The mesh as `label` sees it. */
function manifestFor(
  label: Label,
  document: GenesisDocument,
  identities: readonly Identity[],
  addressOf: (label: string) => string,
) {
  const peers = identities.map(({ peerId, accountId, nodeId }, index) => {
    const other = LABELS[index] ?? LABELS[0]
    const port = other === label ? NODE_PORT : linkPort(label)
    const ids = { peer_id: peerId, account_id_hex: toHex(accountId), node_id_hex: toHex(nodeId) }
    return { label: other, multiaddr: tcp(addressOf(other), port), ...ids, bootstrap: index === 0 }
  })
  return { network_name: document.networkName, peers }
}

/** On every machine, the link that comes from `label`. */
export function linkPort(label: Label): number {
  return LINK_PORT_BASE + LABELS.indexOf(label)
}

function tcp(address: string, port: number): string {
  return `/ip4/${address}/tcp/${port}`
}
