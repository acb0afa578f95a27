import type { ProviderClock } from '../../contracts/provider.js'
import type { GithubClient } from './client.js'
import type { Headers } from './limits.js'
import { nothing } from './schemas.js'

/** Asks for the repository: an Enterprise Server without limits has no `/rate_limit`. */
export function createProviderClock(client: GithubClient): ProviderClock {
  return {
    async nowMs(signal) {
      const { headers } = await client.call({ route: 'GET /repos/{owner}/{repo}', schema: nothing }, signal)
      return dateMs(headers)
    },
  }
}

/** Of RFC 9110, in whole seconds. */
export function dateMs({ date }: Headers): number | null {
  const atMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(atMs) ? null : atMs
}
