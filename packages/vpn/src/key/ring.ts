import { VpnError } from '../errors.js'
import { type KeyFile, nextKeyPath, readKeyFile } from './file.js'

/** The private keys of this host: the one in use, and where a rotation is prepared the next one. */
export interface KeyRing {
  readonly path: string
  readonly keys: readonly KeyFile[]
  readonly publicKeys: readonly string[]
}

/** Throws VPN_KEY (78) where there is none. */
export async function readKeyRing(path: string): Promise<KeyRing> {
  const found = [await readKeyFile(path), await readKeyFile(nextKeyPath(path))]
  const keys = found.filter((key) => key !== null)
  if (keys.length === 0) {
    throw new VpnError('VPN_KEY', `there is no private key ${path}`, {
      field: 'vpn.privateKey',
      remedy: 'make one with montana vpn keygen, and send its public half to the operators',
      exitCode: 78,
    })
  }
  return { path, keys, publicKeys: keys.map(({ publicKey }) => publicKey) }
}

/** The key that the roster names for this host; the one in use where it names none at this time. */
export function pickKey({ keys }: KeyRing, wantedPublicKey: string | undefined): KeyFile {
  const [first] = keys
  const picked = keys.find(({ publicKey }) => publicKey === wantedPublicKey) ?? first
  if (picked) return picked
  throw new Error('a key ring is never empty')
}
