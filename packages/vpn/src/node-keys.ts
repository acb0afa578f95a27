import { DocumentStore, MANIFEST_KIND, sharedFiles, type VerifyModules } from '@montana/fleet'
import type { NodeKeys } from '@montana/fleet/roster'
import { fromHex } from '@montana/foundation'

/** The keys of the nodes of the manifest in force beside the roster; none where there is no such manifest. */
export async function readNodeKeys(stateDir: string, modules: VerifyModules): Promise<NodeKeys> {
  const files = sharedFiles('manifest')
  const { current } = await DocumentStore.open({
    ...{ kind: MANIFEST_KIND, stateDir, modules, files },
    onUnusable: () => {},
  })
  const peers = current?.document.peers ?? []
  return new Map(
    peers.flatMap(({ node_id_hex, node_pubkey_hex }) => {
      const key = fromHex(node_pubkey_hex)
      return key ? [[node_id_hex, key]] : []
    }),
  )
}
