import { HttpFailure } from '../errors.js'
import type { StandRepository } from '../state/repository.js'
import type { Method } from './route.js'
import type { Urls } from './urls.js'

/** Asked for by a name that it no longer has: GitHub redirects to the form with the id. Spec repository-mirror 6.3. */
export function refuseFormerName(
  repository: StandRepository,
  asked: { readonly name: string; readonly method: Method; readonly rest: string },
  urls: Urls,
): void {
  if (asked.name.toLowerCase() === repository.name.toLowerCase()) return
  const url = urls.repositoryById(repository, asked.rest)
  const status = asked.method === 'GET' ? 301 : 307
  throw new HttpFailure(status, status === 301 ? 'Moved Permanently' : 'Temporary Redirect', { url }, { location: url })
}
