import { ConfigError, errorMessage } from '@montana/foundation'
import { z } from 'zod'
import { addressOfPublicKey } from './address.js'
import { fromBase64, mldsaKeyField, toBase64 } from './fields.js'
import { firstIssue } from './issues.js'
import { readDocumentFile } from './registry/read.js'
import { parseStrictJson } from './strict-json.js'

const MAX_BYTES = 8192

const hostKeyForm = z.strictObject({
  schema: z.literal('montana.host-key/1'),
  key_type: z.literal('ml-dsa-65'),
  public_key: mldsaKeyField,
  address: z.string(),
})

/** The public half of a host's or witness's identity, as a file that may be sent to the operators. */
export function hostKeyText(publicKey: Uint8Array): string {
  const form: z.infer<typeof hostKeyForm> = {
    schema: 'montana.host-key/1',
    key_type: 'ml-dsa-65',
    public_key: toBase64(publicKey),
    address: addressOfPublicKey(publicKey),
  }
  return `${JSON.stringify(form, null, 2)}\n`
}

/** The raw key, 1952 bytes. Throws ConfigError (78) for a file that is none, or whose address is not that of its key. */
export async function readHostKey(path: string): Promise<Uint8Array> {
  const parsed = hostKeyForm.safeParse(await parseOrRefuse(path))
  if (!parsed.success) throw refused(path, firstIssue(parsed.error).text)
  const key = fromBase64(parsed.data.public_key)
  if (addressOfPublicKey(key) === parsed.data.address) return key
  throw refused(path, 'address is not that of the key')
}

async function parseOrRefuse(path: string): Promise<unknown> {
  try {
    return parseStrictJson(await readDocumentFile(path), MAX_BYTES)
  } catch (cause) {
    throw refused(path, errorMessage(cause))
  }
}

function refused(path: string, what: string): ConfigError {
  const remedy = 'name the file identity.pub.json that montana keys identity wrote'
  return new ConfigError(`host key ${path}: ${what}`, { code: 'HOST_KEY', field: 'key', remedy })
}
