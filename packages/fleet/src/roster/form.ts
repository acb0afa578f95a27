import { z } from 'zod'
import { MAX_ENTRIES } from '../constants.js'
import { documentHead, signaturesField } from '../document.js'
import { base64Field, digestField, labelField, signatureField, timeField } from '../fields.js'
import { isReachable, parseEndpoint } from './endpoint.js'
import { isHost, isUsable, parsePrefix } from './prefix.js'

export const ROSTER_SCHEMA = 'montana.roster/1'
export const WG_KEY_BYTES = 32

const tunnelField = z
  .string()
  .max(64)
  .refine((text) => {
    const prefix = parsePrefix(text)
    return prefix !== undefined && isHost(prefix) && isUsable(prefix)
  }, 'is not one address of a host with /32 or /128')

const endpointField = z
  .string()
  .max(64)
  .refine((text) => {
    const endpoint = parseEndpoint(text)
    return endpoint !== undefined && isReachable(endpoint)
  }, 'is not ADDRESS:PORT or [ADDRESS]:PORT with the address of a host')

const entryForm = z.strictObject({
  /** Of the node's ML-DSA key. */
  node_id: digestField,
  label: labelField,
  /** Raw X25519 public key. */
  wg_pub: base64Field(WG_KEY_BYTES),
  tunnel_ip: tunnelField,
  /** Null: the host is behind a translation of addresses and is only ever the one who begins. */
  endpoint: endpointField.nullable(),
  valid_from: timeField,
  /** The first instant at which it is not valid any more. */
  valid_to: timeField,
  state: z.enum(['active', 'revoked']),
  /** ML-DSA-65 of the node over {@link rosterEntryBytes}. */
  sig_node: signatureField.nullable(),
})

export const rosterForm = z.strictObject({
  schema: z.literal(ROSTER_SCHEMA),
  ...documentHead,
  entries: z.array(entryForm).max(MAX_ENTRIES),
  signatures: signaturesField,
})

/** One public key and the one address inside the tunnel that belongs to it. */
export type RosterEntry = z.infer<typeof entryForm>
/** `roster.json`: which WireGuard keys the hosts of the mesh authorise. */
export type RosterDocument = z.infer<typeof rosterForm>
