import type { KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { importMldsaSeed, nodeHasMldsa, openIdentity, rawPublicKey } from '@montana/crypto'
import { addressOfPublicKey } from '@montana/fleet'
import { ConfigError, errorCode, errorMessage, isClosedToOthers } from '@montana/foundation'

const IDENTITY_FILE = 'identity.bin'

/** Who this host is: the key that its certificate, its posts and its breaths are signed with. */
export interface NodeIdentity {
  /** ML-DSA-65, private. */
  readonly privateKey: KeyObject
  /** 1952 bytes. */
  readonly publicKey: Uint8Array
  /** `mt…` of spec three-mirror 11.1. */
  readonly address: string
}

/** ξ, 32 bytes → identity. Throws ConfigError NODE_TOO_OLD where the runtime lacks ML-DSA. */
export function nodeIdentityOf(seed: Uint8Array): NodeIdentity {
  requireMldsa()
  const privateKey = importMldsaSeed(seed)
  const publicKey = rawPublicKey(privateKey)
  return { privateKey, publicKey, address: addressOfPublicKey(publicKey) }
}

/**
 * The node key of `identity.bin` in `folder`. Throws ConfigError (exit 78) when file or folder can be read by others,
 * when there is none, or when it is not an identity.
 */
export async function openNodeIdentity(folder: string): Promise<NodeIdentity> {
  const path = join(folder, IDENTITY_FILE)
  await requirePrivate(folder, '700')
  await requirePrivate(path, '600')
  const bytes = new Uint8Array(await readFile(path))
  try {
    return nodeIdentityOf((await openIdentity(bytes)).seeds.node)
  } finally {
    bytes.fill(0)
  }
}

/** The feature and not the version is tested: builds differ in their OpenSSL. */
function requireMldsa(): void {
  if (nodeHasMldsa()) return
  throw new ConfigError(`Node ${process.versions.node} with OpenSSL ${process.versions.openssl} has no ML-DSA-65`, {
    code: 'NODE_TOO_OLD',
    remedy: 'run Node 24.6 or later',
  })
}

async function requirePrivate(path: string, mode: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    const what = errorCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read: ${errorMessage(cause)}`
    throw invalid(`${path} ${what}`, 'make an identity with montana keys identity')
  })
  if (isClosedToOthers(path, found)) return
  throw invalid(`${path} is open to others (mode ${(found.mode & 0o777).toString(8)})`, `chmod ${mode} ${path}`)
}

function invalid(what: string, remedy: string): ConfigError {
  return new ConfigError(`identity: ${what}`, { code: 'IDENTITY_INVALID', field: 'identityDir', remedy })
}
