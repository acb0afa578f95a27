import { MLDSA_PUBLIC_KEY_BYTES } from '@montana/crypto'
import { z } from 'zod'
import { MAX_ENTRIES } from '../constants.js'
import { documentHead, signaturesField } from '../document.js'
import { digestField, hexField, labelField, networkField, signatureField } from '../fields.js'
import { isDialAddress } from '../multiaddr.js'

export const MANIFEST_SCHEMA = 'montana.manifest/1'
/** What the operators say of a node whose key cannot sign for its successor any more. */
export const KEY_LOST = 'key lost'

const peerIdField = z
  .string()
  .regex(/^Qm[1-9A-HJ-NP-Za-km-z]{44}$/, 'is not a PeerId of 46 characters that starts with Qm')
export const multiaddrField = z.string().max(80).refine(isDialAddress, 'is not /ip4|ip6/<address>/tcp/<port>')
export const nodeKeyField = hexField(MLDSA_PUBLIC_KEY_BYTES)

/** A node's change of keys: each key signs that it stands beside the other. Spec operations 11.3. */
export const rotationForm = z.strictObject({
  old_node_id: digestField,
  sig_old: signatureField,
  sig_new: signatureField,
})

export const manifestPeerForm = z
  .strictObject({
    label: labelField,
    multiaddr: multiaddrField,
    peer_id: peerIdField,
    account_id_hex: digestField,
    node_id_hex: digestField,
    bootstrap: z.boolean(),
    node_pubkey_hex: nodeKeyField,
    security: z.literal('hybrid').optional(),
    rotation: rotationForm.optional(),
    /** Instead of a rotation. Every operator who signs the document signs this too. */
    replaced: z.literal(KEY_LOST).optional(),
  })
  .refine(({ rotation, replaced }) => !(rotation && replaced), 'has both a rotation and a lost key')

export const manifestForm = z.strictObject({
  schema: z.literal(MANIFEST_SCHEMA),
  ...documentHead,
  /** Equal to `network`: what readers of the base format look at. */
  network_name: networkField,
  peers: z.array(manifestPeerForm).max(MAX_ENTRIES),
  signatures: signaturesField,
})

export type NodeRotation = z.infer<typeof rotationForm>
export type ManifestPeerDocument = z.infer<typeof manifestPeerForm>
/** `manifest.json`: who the nodes of a network are and where. A base peer reads the same file and ignores the rest. */
export type ManifestDocument = z.infer<typeof manifestForm>
