import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isClosedToOthers } from '@montana/foundation'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { z } from 'zod'
import { RefusalError } from '../errors.js'
import { signedMessage } from '../verifier/verifier.js'

const SEED_BYTES = 32

/** A secret of its own, never an operator's: who may issue releases and who may sign documents are two questions. */
const keyForm = z.strictObject({
  schema: z.literal('montana.release-key/1'),
  alg: z.literal('ML-DSA-65'),
  /** ξ of FIPS 204, 32 bytes, base64. */
  seed: z.base64().length(44),
  /** Hex, as the onboarding script carries it. */
  public_key: z.string().regex(/^[0-9a-f]{3904}$/),
})

export interface ReleaseKey {
  /** Raw, 1952 bytes. */
  readonly publicKey: Uint8Array
  /** Signature over the text of SHA256SUMS, 3309 bytes. */
  sign(sums: Uint8Array): Uint8Array
}

/**
 * FIPS 204 in its deterministic form: two builds must give one hash. Hedging guards a signer whom somebody can make sign
 * under faults; this one runs where the sources are.
 */
export function releaseKeyOf(seed: Uint8Array): ReleaseKey {
  const { publicKey, secretKey } = ml_dsa65.keygen(seed)
  return { publicKey, sign: (sums) => ml_dsa65.sign(signedMessage(sums), secretKey, { extraEntropy: false }) }
}

/** Throws {@link RefusalError} for a file that is missing, open to others or of another form; never quotes its content. */
export function readReleaseKey(file: string): ReleaseKey {
  if (!existsSync(file))
    throw refused(`${file} does not exist`, 'make one with npm run release:bundle -- --new-key FILE')
  if (!isClosedToOthers(file, statSync(file))) throw refused(`${file} can be read by others`, `chmod 600 ${file}`)
  const parsed = keyForm.safeParse(parseOr(readFileSync(file, 'utf8')))
  if (!parsed.success) throw refused(`${file} is not a release key`, 'name the file that --new-key wrote')
  const key = releaseKeyOf(Buffer.from(parsed.data.seed, 'base64'))
  if (Buffer.from(key.publicKey).toString('hex') === parsed.data.public_key) return key
  throw refused(`${file} is damaged: its halves do not fit`, 'restore it from its backup')
}

/** A new key in a file that must not exist, mode 0600. */
export function writeReleaseKey(file: string): ReleaseKey {
  const seed = new Uint8Array(randomBytes(SEED_BYTES))
  const key = releaseKeyOf(seed)
  const form: z.infer<typeof keyForm> = {
    ...{ schema: 'montana.release-key/1', alg: 'ML-DSA-65' },
    seed: Buffer.from(seed).toString('base64'),
    public_key: Buffer.from(key.publicKey).toString('hex'),
  }
  seed.fill(0)
  if (existsSync(file)) throw refused(`${file} exists already, and is never replaced`, 'name a new file')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(form, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  chmodSync(file, 0o600)
  return key
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(message: string, remedy: string): RefusalError {
  return new RefusalError('RELEASE_KEY', message, { field: 'key', remedy })
}
