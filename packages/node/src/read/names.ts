import { nodeIdOf } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import { type Manifest, manifestMembers } from '@montana/network'

export interface NodeName {
  readonly node_id: string
  readonly label: string | null
}

/** How nodes of the ledger are called. */
export type Names = (nodeId: Uint8Array | string) => NodeName

export interface NameModules {
  readonly document: Pick<GenesisDocument, 'operators'>
  /** The manifest in force; undefined for a node without a network. */
  manifest(): Manifest | undefined
  readonly self: { readonly nodeId: Uint8Array; readonly label: string }
}

/** Labels of the genesis, of the node itself, and above both of the manifest, whichever is in force when it is asked. */
export function namesOf({ document, manifest, self }: NameModules): () => Names {
  const fixed = new Map(document.operators.map(({ label, nodePublicKey }) => [toHex(nodeIdOf(nodePublicKey)), label]))
  fixed.set(toHex(self.nodeId), self.label)
  let known: { readonly of: Manifest | undefined; readonly names: Names } | undefined
  return () => {
    const now = manifest()
    if (!known || known.of !== now) known = { of: now, names: lookUp(fixed, now) }
    return known.names
  }
}

function lookUp(fixed: ReadonlyMap<string, string>, manifest: Manifest | undefined): Names {
  const listed = manifest ? manifestMembers(manifest).map(({ nodeIdHex, label }) => [nodeIdHex, label] as const) : []
  const labels = new Map([...fixed, ...listed])
  return (nodeId) => {
    const id = typeof nodeId === 'string' ? nodeId : toHex(nodeId)
    return { node_id: id, label: labels.get(id) ?? null }
  }
}
