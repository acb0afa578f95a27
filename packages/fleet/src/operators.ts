import { readFile } from 'node:fs/promises'
import { ConfigError, errorCode, errorMessage } from '@montana/foundation'
import { z } from 'zod'
import { MAX_DOCUMENT_BYTES, MAX_OPERATORS } from './constants.js'
import { fromBase64, labelField, mldsaKeyField, nameField, networkField } from './fields.js'
import { firstIssue } from './issues.js'
import { parseStrictJson } from './strict-json.js'

export const operatorForm = z.strictObject({ id: nameField, label: labelField, public_key: mldsaKeyField })
export type OperatorEntry = z.infer<typeof operatorForm>

const trustRootForm = z.strictObject({
  network: networkField,
  version: z.int().min(1),
  threshold: z.int().min(1).max(MAX_OPERATORS),
  operators: z.array(operatorForm).min(1).max(MAX_OPERATORS),
})
export type TrustRootDocument = z.infer<typeof trustRootForm>

/** Whose signatures count, and how many it takes: `operators.json`, pinned at install. Spec operations 11.1. */
export interface TrustRoot {
  readonly network: string
  readonly version: number
  readonly threshold: number
  /** Raw public keys (1952 bytes) by operator id. */
  readonly keys: ReadonlyMap<string, Uint8Array>
}

/** Throws ConfigError OPERATORS_INVALID (exit 78): without a trust root nothing can be believed. */
export async function readTrustRoot(path: string): Promise<TrustRoot> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw invalid(path, errorCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read: ${errorMessage(cause)}`)
  })
  return parseTrustRoot(bytes, path)
}

/** `operators.json` as text; throws as {@link parseTrustRoot} does when it would be no trust root. */
export function operatorsText(document: TrustRootDocument): string {
  const text = `${JSON.stringify(document, null, 2)}\n`
  parseTrustRoot(new TextEncoder().encode(text))
  return text
}

/** `origin` names the source in messages. */
export function parseTrustRoot(bytes: Uint8Array, origin = 'operators.json'): TrustRoot {
  const parsed = trustRootForm.safeParse(parseOrRefuse(bytes, origin))
  if (!parsed.success) throw invalid(origin, firstIssue(parsed.error).text)
  const { network, version, threshold, operators } = parsed.data
  const keys = new Map(operators.map(({ id, public_key }) => [id, fromBase64(public_key)]))
  if (keys.size < operators.length) throw invalid(origin, 'lists one operator id twice')
  const distinct = new Set(operators.map(({ public_key }) => public_key)).size
  if (distinct < threshold) throw invalid(origin, `asks for ${threshold} signatures and lists ${distinct} keys`)
  return { network, version, threshold, keys }
}

function parseOrRefuse(bytes: Uint8Array, origin: string): unknown {
  try {
    return parseStrictJson(bytes, MAX_DOCUMENT_BYTES)
  } catch (cause) {
    throw invalid(origin, errorMessage(cause))
  }
}

function invalid(origin: string, what: string): ConfigError {
  const remedy = 'install the operators.json of your fleet; montana keys operators makes one'
  return new ConfigError(`trust root ${origin}: ${what}`, { code: 'OPERATORS_INVALID', field: 'operators', remedy })
}
