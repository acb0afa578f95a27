import { secondsText } from '../../config/bounds/seconds.js'
import type { Bound } from '../../config/bounds/types.js'

/** The arithmetic of a lease time that the cluster raised. */
export function ttlRaisedMessage(askedSeconds: number, { policy, termsMs, formula, limit, limitMs }: Bound): string {
  const granted = secondsText(termsMs.ttl ?? 0)
  const sum = `${formula} is not below ${limit} ${secondsText(limitMs)} s`
  return `LEASE_TTL_RAISED ${policy}: asked for ${secondsText(askedSeconds * 1000)} s, granted ${granted} s; ${sum}`
}
