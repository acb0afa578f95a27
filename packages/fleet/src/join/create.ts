import { randomBytes } from 'node:crypto'
import { type Identity, type PqBackend, selectPqBackend } from '@montana/crypto'
import { ConfigError, canonicalJson, formatTime, systemTime, toHex } from '@montana/foundation'
import { toBase64 } from '../fields.js'
import { firstIssue } from '../issues.js'
import type { NodeRotation } from '../manifest/form.js'
import { signNodeRotation } from '../manifest/rotation.js'
import { JOIN_REQUEST_SCHEMA, type JoinRequestDocument, joinRequestForm, NONCE_BYTES } from './form.js'

export interface JoinRequestInit {
  readonly identity: Pick<Identity, 'publicKeys' | 'seeds'>
  readonly network: string
  readonly label: string
  /** Multiaddr `/ip4|ip6/<address>/tcp/<port>` at which the others dial this node. */
  readonly address: string
  readonly notAfter: Date
  readonly security?: 'hybrid'
  /** One-off text that the operators handed out. */
  readonly token?: string
  /** The identity that this one replaces under the same label. */
  readonly replaces?: Pick<Identity, 'seeds'>
}

/** "mt-join-request" ‖ 0x00 ‖ JCS of the request without its signature. */
export function joinRequestBytes(request: Omit<JoinRequestDocument, 'sig'> & { readonly sig?: string }): Uint8Array {
  const { sig: _, ...content } = request
  return new TextEncoder().encode(`mt-join-request\0${canonicalJson(content)}`)
}

/**
 * The file that a node sends to the operators: signed by its node key, good until `notAfter`, once. Throws ConfigError (78)
 * that names the field when a label, address, network or token is not of its form.
 */
export async function createJoinRequest(init: JoinRequestInit): Promise<Uint8Array> {
  const backend = await selectPqBackend()
  try {
    return await signed(init, backend)
  } finally {
    await backend.close()
  }
}

async function signed(init: JoinRequestInit, backend: PqBackend): Promise<Uint8Array> {
  const signer = await backend.importSigner(init.identity.seeds.node)
  const before = init.replaces && (await backend.importSigner(init.replaces.seeds.node))
  const rotation = before && (await signNodeRotation(init.network, before, signer))
  const content = contentOf(init, rotation)
  const request = { ...content, sig: toBase64(await signer.sign(joinRequestBytes(content))) }
  const parsed = joinRequestForm.safeParse(request)
  if (parsed.success) return new TextEncoder().encode(`${JSON.stringify(request, null, 2)}\n`)
  const { field, text } = firstIssue(parsed.error)
  const shown = field === 'multiaddr' ? 'address' : field
  throw new ConfigError(`join request: ${text}`, { code: 'JOIN_REQUEST', field: shown, remedy: `correct ${shown}` })
}

function contentOf(init: JoinRequestInit, rotation: NodeRotation | undefined): Omit<JoinRequestDocument, 'sig'> {
  const { identity, network, label, address, notAfter, security, token } = init
  return {
    schema: JOIN_REQUEST_SCHEMA,
    network,
    label,
    multiaddr: address,
    node_pubkey_hex: toHex(identity.publicKeys.node),
    account_pubkey_hex: toHex(identity.publicKeys.account),
    ...(security && { security }),
    ...(rotation && { rotation }),
    ...(token !== undefined && { token }),
    nonce: randomBytes(NONCE_BYTES).toString('hex'),
    issued_at: formatTime(systemTime.wallMs()),
    not_after: formatTime(notAfter.getTime()),
  }
}
