import { HttpFailure } from './errors.js'
import type { Credential, Tokens } from './state/tokens.js'

/** The secret of an `Authorization` header: the token of `Bearer` and `token`, the password of `Basic`. */
export function secretOf(header: string | undefined): string | undefined {
  const [scheme = '', value = ''] = header?.trim().split(/\s+/) ?? []
  if (/^(?:bearer|token)$/i.test(scheme)) return value
  if (!/^basic$/i.test(scheme)) return undefined
  const text = Buffer.from(value, 'base64').toString('utf8')
  return text.slice(text.indexOf(':') + 1)
}

/** Undefined without credentials; 401 with such as are unknown, revoked or expired, or of an account that is gone. */
export function authenticate(header: string | undefined, tokens: Tokens): Credential | undefined {
  if (header === undefined) return undefined
  const credential = tokens.find(secretOf(header) ?? '')
  if (credential === undefined) throw new HttpFailure(401, 'Bad credentials')
  return credential
}
