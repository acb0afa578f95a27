import type { Headers } from './limits.js'

/** `2026-12-25 21:18:35 UTC`, also with `+0000`; a space where RFC 3339 has a T. */
const FORM = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (UTC|[+-]\d{4})$/

/** Milliseconds since the epoch at which the token of the request ends; null when the answer does not tell. */
export function credentialExpiryMs(headers: Headers): number | null {
  const parts = FORM.exec(String(headers['github-authentication-token-expiration'] ?? ''))
  if (parts === null) return null
  const [, date, time, zone = 'UTC'] = parts
  const offset = zone === 'UTC' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const atMs = Date.parse(`${date}T${time}${offset}`)
  return Number.isNaN(atMs) ? null : atMs
}
