import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { errorMessage } from '@montana/foundation'
import { RefusalError } from '../errors.js'
import { BundleError, PUBLIC_KEY_BYTES, type VerifiedBundle, verifyBundle } from '../verifier/verifier.js'

/** The bundle, proven by the key in a hex file. Throws {@link RefusalError} (78) with the one fault. */
export async function verified(bundle: string, keyFile: string): Promise<VerifiedBundle> {
  return await refusing(async () => await verifyBundle(bundle, await readKey(keyFile)))
}

/** Whatever is wrong with a bundle is a refusal, at any time. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof BundleError)) throw cause
    const remedy = 'fetch it again from where it is published, and do not install it otherwise'
    throw new RefusalError('BUNDLE_REFUSED', `bundle refused: ${errorMessage(cause)}`, {
      field: 'bundle',
      remedy,
      cause,
    })
  }
}

async function readKey(file: string): Promise<Uint8Array> {
  const text = existsSync(file) ? (await readFile(file, 'latin1')).trim() : ''
  if (/^[0-9a-f]+$/.test(text) && text.length === 2 * PUBLIC_KEY_BYTES) return Buffer.from(text, 'hex')
  throw new BundleError(`${file} is not the public key of a release`)
}
