import type { Credential } from '../../contracts/config.js'

/** Where the token of a request comes from. */
export interface TokenSource {
  /** Null: ask without a credential. */
  token(signal: AbortSignal): Promise<string | null>
  /** The provider did not accept the token: true when `token` will bring another one. */
  refuse(): boolean
  /** What an App was granted, by permission; null where nobody tells. */
  permissions(signal: AbortSignal): Promise<Readonly<Record<string, string>> | null>
}

/** A token that somebody gave us, or none. */
export function fixedToken(credential: Credential): TokenSource {
  const value = credential.kind === 'token' ? credential.value : null
  return { token: async () => value, refuse: () => false, permissions: async () => null }
}
