import { errorCode } from '@montana/foundation'
import type { GithubClient } from './client.js'
import { statusOf } from './failures.js'
import { repository } from './schemas.js'

/**
 * Null for "there is none of this name". A 404 also comes from a repository that is gone or hidden, so that one is asked for
 * before it counts: then its own failure is thrown.
 */
export async function orAbsent<T>(client: GithubClient, asked: Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (errorCode(error) !== 'TARGET_NOT_FOUND' || statusOf(error) !== 404) throw error
    await client.call({ route: 'GET /repos/{owner}/{repo}', schema: repository }, signal)
    return null
  }
}
