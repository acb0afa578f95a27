import type { z } from 'zod'
import { MirrorError } from '../../contracts/errors.js'
import type { GithubClient } from './client.js'

/** More than the documented limits fill (500 variables in pages of 30): what goes on longer is broken. */
const PAGES_MAX = 50

export interface Listing<T> {
  readonly route: string
  readonly perPage: number
  /** From the body of one page to its entries. */
  readonly schema: z.ZodType<readonly T[]>
  readonly parameters?: Readonly<Record<string, unknown>>
}

/** Every entry; each page but the last links to the next. */
export async function listAll<T>(client: GithubClient, listing: Listing<T>, signal: AbortSignal): Promise<T[]> {
  const all: T[] = []
  for (let page = 1; page <= PAGES_MAX; page++) {
    const parameters = { ...listing.parameters, per_page: listing.perPage, page }
    const { data, headers } = await client.call({ route: listing.route, schema: listing.schema, parameters }, signal)
    all.push(...data)
    if (!/;\s*rel="next"/.test(String(headers.link ?? ''))) return all
  }
  throw new MirrorError('TARGET_ANSWER_INVALID', `${listing.route}: more than ${PAGES_MAX} pages`)
}
