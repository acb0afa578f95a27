import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MLDSA_PUBLIC_KEY_BYTES } from '@montana/crypto'
import { errorCode } from '@montana/foundation'
import { NODE_NAME } from '../constants.js'
import type { Problem } from '../options.js'

/** 1952 bytes in base64, without padding: 1952 = 3·650 + 2. */
const BASE64_FORM = /^[A-Za-z0-9+/]{2603}=?$/

export interface Keys {
  readonly keys: ReadonlyMap<string, Uint8Array>
  readonly problems: readonly Problem[]
}

/** Each host's raw ML-DSA-65 key: base64 in the file itself, or the name of a file with base64 or raw bytes. */
export async function readKeys(texts: Readonly<Record<string, string>>, folder: string): Promise<Keys> {
  const keys = new Map<string, Uint8Array>()
  const problems: Problem[] = []
  for (const [host, text] of Object.entries(texts)) {
    const key = await readKey(text, folder)
    if (!NODE_NAME.test(host)) problems.push(problem(host, 'is not a host name', 'use 1 to 32 of a-z, 0-9 and -'))
    else if (typeof key === 'string') problems.push(problem(host, key, 'give 1952 bytes in base64, or a file of them'))
    else keys.set(host, key)
  }
  if (Object.keys(texts).length === 0) problems.push({ field: 'keys', message: 'is empty', remedy: 'list every host' })
  return { keys, problems: [...problems, ...twins(keys)] }
}

async function readKey(text: string, folder: string): Promise<Uint8Array | string> {
  if (BASE64_FORM.test(text.trim())) return new Uint8Array(Buffer.from(text, 'base64'))
  try {
    const bytes = await readFile(resolve(folder, text))
    if (bytes.length === MLDSA_PUBLIC_KEY_BYTES) return new Uint8Array(bytes)
    const inner = bytes.toString('latin1').trim()
    return BASE64_FORM.test(inner) ? new Uint8Array(Buffer.from(inner, 'base64')) : `${text} holds no ML-DSA-65 key`
  } catch (error) {
    return `is neither a key nor a file (${errorCode(error)})`
  }
}

/** Two names for one key would be two writers of one name. */
function twins(keys: ReadonlyMap<string, Uint8Array>): Problem[] {
  const owners = new Map<string, string>()
  return [...keys].flatMap(([host, key]) => {
    const text = Buffer.from(key).toString('base64')
    const other = owners.get(text)
    owners.set(text, host)
    return other === undefined ? [] : [problem(host, `has the key of ${other}`, 'give every host its own')]
  })
}

function problem(host: string, message: string, remedy: string): Problem {
  return { field: `keys.${host}`, message, remedy }
}
