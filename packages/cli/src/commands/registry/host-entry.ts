import { type HostDocument, parseStrictJson, readDocumentFile, readHostKey } from '@montana/fleet'
import { UsageError } from '@montana/foundation'

/** Flags of `registry add` that say something about one host. */
export interface HostFlags {
  host?: string
  key?: string
  address?: string
  label?: string
  domain?: string[]
  new?: boolean
  established?: boolean
  revoke?: boolean
  previous?: string
}

const MAX_PREVIOUS_BYTES = 16_384

/** `known` with what the flags change, or a new entry; its form is judged when the document is written. */
export async function hostEntry(known: HostDocument | undefined, flags: HostFlags): Promise<HostDocument> {
  const entry = known ?? (await newEntry(flags))
  const key = flags.key === undefined ? {} : { key_type: 'ml-dsa-65' as const, public_key: await keyText(flags.key) }
  return {
    ...entry,
    // A key that was replaced was replaced by the key before this one.
    ...(flags.key !== undefined && { previous: null }),
    ...key,
    ...(flags.address !== undefined && { address: flags.address }),
    ...(flags.label !== undefined && { label: flags.label }),
    ...(flags.domain !== undefined && { domain_of_failure: domainOf(flags.domain) }),
    ...((flags.new || flags.established) && { is_new: flags.new === true }),
    ...(flags.revoke && { revoked: true }),
    ...(flags.previous !== undefined && { previous: await previousOf(flags.previous) }),
  }
}

async function newEntry({ host = '', key, address }: HostFlags): Promise<HostDocument> {
  if (key === undefined || address === undefined) {
    const field = key === undefined ? 'key' : 'address'
    throw new UsageError(`--${field} is missing: ${host} is not in the registry yet`, { field })
  }
  const public_key = await keyText(key)
  const flags = { domain_of_failure: {}, is_new: false, revoked: false, previous: null }
  return { name: host, label: host, address, key_type: 'ml-dsa-65', public_key, ...flags }
}

async function keyText(path: string): Promise<string> {
  return Buffer.from(await readHostKey(path)).toString('base64')
}

function domainOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)]
      throw new UsageError(`--domain '${pair}' is not KEY=VALUE`, { field: 'domain' })
    }),
  )
}

async function previousOf(path: string): Promise<HostDocument['previous']> {
  return parseStrictJson(await readDocumentFile(path), MAX_PREVIOUS_BYTES) as HostDocument['previous']
}
