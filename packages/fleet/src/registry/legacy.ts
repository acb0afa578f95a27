import { fromHex } from '@montana/foundation'
import { z } from 'zod'
import { addressOfPublicKey, HOST_ADDRESS } from '../address.js'
import { MAX_DOCUMENT_BYTES, MAX_ENTRIES } from '../constants.js'
import { FleetError } from '../errors.js'
import { nameField, toBase64 } from '../fields.js'
import { firstIssue } from '../issues.js'
import { parseStrictJson } from '../strict-json.js'
import { ED25519_PUBLIC_KEY_BYTES, type HostDocument, hostForm } from './form.js'

/** An entry of the older registry, `node_crypto/nodes.json`: an object by address. Fields that we do not use may be there. */
const legacyForm = z
  .record(
    z.string().regex(HOST_ADDRESS, 'is not an address'),
    z.object({
      public_key: z.string().regex(/^[0-9a-fA-F]{64}$/, 'is not 32 bytes in hex'),
      node_name: nameField.optional(),
      alias: z.string().optional(),
      location: z.string().optional(),
      ip: z.string(),
    }),
  )
  .refine((map) => Object.keys(map).length <= MAX_ENTRIES, `has over ${MAX_ENTRIES} entries`)

/**
 * Entries of the older registry as hosts: Ed25519 keys, for display only, never a peer. That file is data which any host
 * writes, and no authority; its entries count once operators signed them. Throws DOC_INVALID or DOC_TOO_LARGE.
 */
export function importLegacyHosts(bytes: Uint8Array): HostDocument[] {
  const parsed = legacyForm.safeParse(parseStrictJson(bytes, MAX_DOCUMENT_BYTES))
  if (!parsed.success) throw refused(firstIssue(parsed.error).text)
  return Object.entries(parsed.data).map(([address, entry]) => toHost(address, entry))
}

function toHost(address: string, entry: z.infer<typeof legacyForm>[string]): HostDocument {
  const key = fromHex(entry.public_key, ED25519_PUBLIC_KEY_BYTES)
  if (!key || addressOfPublicKey(key) !== address) throw refused(`${address} is not the address of its public_key`)
  const name = entry.node_name ?? nameFrom(entry.alias) ?? address.slice(0, 32)
  const host = hostForm.safeParse({
    name,
    label: entry.alias ?? name,
    address: entry.ip,
    key_type: 'ed25519',
    public_key: toBase64(key),
    domain_of_failure: entry.location ? { location: entry.location } : {},
    is_new: false,
    revoked: false,
    previous: null,
  })
  if (!host.success) throw refused(`${address}: ${firstIssue(host.error).text}`)
  return host.data
}

function nameFrom(alias: string | undefined): string | undefined {
  const name = alias?.toLowerCase()
  return name !== undefined && nameField.safeParse(name).success ? name : undefined
}

function refused(what: string): FleetError {
  return new FleetError('DOC_INVALID', `older registry: ${what}`)
}
