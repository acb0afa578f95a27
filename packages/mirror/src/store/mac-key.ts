import { createHmac, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, errorCode } from '@montana/foundation'
import { MAC_KEY_BYTES, MAC_KEY_FILE } from './constants.js'

/** The key beside the database, made when there is none. Throws ConfigError (78) for a file that is none. */
export function openMacKey(folder: string): Uint8Array {
  const path = join(folder, MAC_KEY_FILE)
  const key = readKey(path) ?? makeKey(path)
  if (key.length === MAC_KEY_BYTES) return key
  const remedy = 'remove the file: every secret is then written once more'
  throw new ConfigError(`${path} is no key of ${MAC_KEY_BYTES} bytes`, { field: 'data-dir', remedy })
}

/** Hex of HMAC-SHA-256 over `name ‖ 0x00 ‖ value`. Spec repository-mirror 4.1. */
export function macOf(key: Uint8Array, name: string, value: string): string {
  return createHmac('sha256', key).update(name).update('\0').update(value).digest('hex')
}

function readKey(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Whole before it has its name; of two processes that make one both take the first. */
function makeKey(path: string): Uint8Array {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, randomBytes(MAC_KEY_BYTES), { mode: 0o600, flush: true })
  try {
    linkSync(temporary, path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
  return readFileSync(path)
}
