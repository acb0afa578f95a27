import { readFile, stat } from 'node:fs/promises'
import { MLDSA_SEED_BYTES } from '@montana/crypto'
import { ConfigError, errorMessage, isClosedToOthers } from '@montana/foundation'
import { z } from 'zod'
import { base64Field, fromBase64, labelField, mldsaKeyField, nameField, toBase64 } from './fields.js'
import { firstIssue } from './issues.js'

/** The secret of one operator, in a 0600 file that never lies on a node. Signs fleet documents and nothing else. */
const operatorKeyForm = z.strictObject({
  schema: z.literal('montana.operator-key/1'),
  id: nameField,
  label: labelField,
  alg: z.literal('ML-DSA-65'),
  /** ξ of FIPS 204. */
  seed: base64Field(MLDSA_SEED_BYTES),
  public_key: mldsaKeyField,
})

export interface OperatorKey {
  readonly id: string
  readonly label: string
  /** 32 bytes; the caller wipes it. */
  readonly seed: Uint8Array
  /** 1952 bytes. */
  readonly publicKey: Uint8Array
}

/** Throws ConfigError (78) for an id or label that signatures could not name. */
export function operatorKeyText({ id, label, seed, publicKey }: OperatorKey): string {
  const form: z.infer<typeof operatorKeyForm> = {
    schema: 'montana.operator-key/1',
    id,
    label,
    alg: 'ML-DSA-65',
    seed: toBase64(seed),
    public_key: toBase64(publicKey),
  }
  const parsed = operatorKeyForm.safeParse(form)
  if (parsed.success) return `${JSON.stringify(form, null, 2)}\n`
  const { field, text } = firstIssue(parsed.error)
  throw new ConfigError(`operator key: ${text}`, { code: 'OPERATOR_KEY', field })
}

/** Throws ConfigError (78) for a file that is missing, readable by others or of another form. Never quotes its content. */
export async function readOperatorKey(path: string): Promise<OperatorKey> {
  const parsed = operatorKeyForm.safeParse(await readSecret(path))
  if (!parsed.success) throw refused(path, 'is not an operator key', 'make one with montana keys new')
  const { id, label, seed, public_key } = parsed.data
  return { id, label, seed: fromBase64(seed), publicKey: fromBase64(public_key) }
}

async function readSecret(path: string): Promise<unknown> {
  try {
    if (!isClosedToOthers(path, await stat(path))) throw refused(path, 'can be read by others', `chmod 600 ${path}`)
    const text = await readFile(path, 'utf8')
    return text.length > 16_384 ? undefined : parseOr(text)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw refused(path, `cannot be read: ${errorMessage(error)}`, 'name the file that montana keys new wrote')
  }
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(path: string, what: string, remedy: string): ConfigError {
  return new ConfigError(`operator key ${path} ${what}`, { code: 'OPERATOR_KEY', field: 'key', remedy })
}
