import { z } from 'zod'
import { hexField, labelField, networkField, signatureField, timeField } from '../fields.js'
import { multiaddrField, nodeKeyField, rotationForm } from '../manifest/form.js'

export const JOIN_REQUEST_SCHEMA = 'montana.join-request/1'
export const NONCE_BYTES = 16
/** A text of one line that the operators handed out. */
export const tokenField = z
  .string()
  .regex(/^[\x21-\x7e]{8,128}$/, 'is not 8 to 128 printable characters without spaces')

/** A node asks the operators for its place in the next manifest: spec operations 9.4. No secret is in it. */
export const joinRequestForm = z.strictObject({
  schema: z.literal(JOIN_REQUEST_SCHEMA),
  network: networkField,
  label: labelField,
  multiaddr: multiaddrField,
  node_pubkey_hex: nodeKeyField,
  account_pubkey_hex: nodeKeyField,
  security: z.literal('hybrid').optional(),
  /** Of a node that changes its key and keeps its label. */
  rotation: rotationForm.optional(),
  token: tokenField.optional(),
  nonce: hexField(NONCE_BYTES),
  issued_at: timeField,
  not_after: timeField,
  /** By the node key. */
  sig: signatureField,
})

export type JoinRequestDocument = z.infer<typeof joinRequestForm>
