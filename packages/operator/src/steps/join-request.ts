import { createSignatureVerifier, type Identity, selectPqBackend } from '@montana/crypto'
import { createJoinRequest, type JoinRequestDocument, readJoinRequest } from '@montana/fleet'
import { toHex } from '@montana/foundation'
import { requireIds } from '../host/accounts.js'
import { PATHS, within } from '../host/layout.js'
import { readIfThere, writeOwned } from '../host/owned.js'
import type { Inputs } from '../inputs.js'
import type { OnboardOptions } from '../options.js'
import type { Look } from '../step.js'

const LIFE_MS = 30 * 24 * 60 * 60 * 1000

type Given = Pick<OnboardOptions, 'root' | 'label' | 'address'>

/** A request that is there and still says the same stays as it is. */
export async function lookAtRequest(options: Given, inputs: Inputs, identity: Identity): Promise<Look> {
  const entry = inputs.manifest.document.peers.find(({ peer_id }) => peer_id === identity.peerId)
  if (entry) return { found: `named ${entry.label} in the manifest`, actions: [] }
  const found = 'not in the manifest'
  const request = await presentRequest(options.root, inputs)
  const { label, address } = options
  const isOurs = request?.node_pubkey_hex === toHex(identity.publicKeys.node)
  if (isOurs && request.label === label && request.multiaddr === address)
    return { found: `${found}, request written`, actions: [] }
  const run = async () => await writeRequest(options, inputs, identity)
  return { found, actions: [{ what: `write ${PATHS.joinRequest}`, run }] }
}

/** Undefined where there is none, or one that nobody would take any more. */
async function presentRequest(root: string, { trust }: Inputs): Promise<JoinRequestDocument | undefined> {
  const bytes = await readIfThere(within(root, PATHS.joinRequest))
  if (!bytes) return undefined
  const backend = await selectPqBackend()
  try {
    const verify = createSignatureVerifier(backend)
    return await readJoinRequest(bytes, { network: trust.network, nowMs: Date.now(), verify })
  } catch {
    return undefined
  } finally {
    await backend.close()
  }
}

export async function writeRequest(
  { root, label, address }: Given,
  { trust }: Inputs,
  identity: Identity,
): Promise<void> {
  const notAfter = new Date(Date.now() + LIFE_MS)
  const bytes = await createJoinRequest({ identity, network: trust.network, label, address, notAfter })
  await writeOwned(within(root, PATHS.joinRequest), bytes, { ...(await requireIds(root, 'montana')), mode: 0o644 })
}
