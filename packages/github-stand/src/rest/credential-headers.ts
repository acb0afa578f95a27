import type { Credential } from '../state/tokens.js'

/** What GitHub tells about the token in use. */
export function credentialHeaders(credential: Credential | undefined): Record<string, string> {
  if (credential === undefined) return {}
  return {
    ...(credential.kind === 'classic' && { 'x-oauth-scopes': credential.scopes.join(', ') }),
    ...(credential.expiresAtMs !== undefined && {
      'github-authentication-token-expiration': expiry(credential.expiresAtMs),
    }),
  }
}

/** `2026-03-01 12:00:00 UTC` */
function expiry(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
