import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { ConfigError } from '@montana/foundation'

/** The provider's clock may be behind ours. Spec repository-mirror 6.2. */
const ISSUED_BEFORE_S = 60
/** Counted from `iat`; the provider accepts ten minutes at most. */
const LIFETIME_S = 600

export interface AppJwt {
  readonly jwt: string
  readonly expiresAt: string
}

/** PKCS#1 or PKCS#8. The text of the key is in no message. */
export function readAppKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new ConfigError('the private key of the App is not a PEM key', { field: 'APP_KEY_FILE' })
  }
}

/** RS256 over what GitHub asks of an App. */
export function signAppJwt(appId: string, key: KeyObject, nowMs: number): AppJwt {
  const iat = Math.floor(nowMs / 1_000) - ISSUED_BEFORE_S
  const exp = iat + LIFETIME_S
  const signed = [
    { alg: 'RS256', typ: 'JWT' },
    { iat, exp, iss: appId },
  ]
    .map(encode)
    .join('.')
  const signature = sign('sha256', Buffer.from(signed), key).toString('base64url')
  return { jwt: `${signed}.${signature}`, expiresAt: new Date(exp * 1_000).toISOString() }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
