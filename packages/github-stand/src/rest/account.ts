import { githubTime } from '../clock.js'
import { HttpFailure } from '../errors.js'
import { type ApiAnswer, type ApiCall, ok, type PlainRoute } from './route.js'
import { subjectOf } from './subject.js'
import { userView } from './user-views.js'

/** When all accounts of the stand were made; nothing depends on it. */
const CREATED_MS = 0

export const ACCOUNT_ROUTES: readonly PlainRoute[] = [
  { method: 'GET', path: '/user', handle: user },
  { method: 'GET', path: '/rate_limit', handle: rateLimit },
]

/** GitHub's `private-user`. */
function user({ credential, urls, parts }: ApiCall): ApiAnswer {
  if (credential === undefined) throw new HttpFailure(401, 'Requires authentication')
  const isPerson = credential.kind === 'classic' || credential.kind === 'fine-grained'
  if (!isPerson) throw new HttpFailure(403, 'Resource not accessible by integration')
  const time = githubTime(CREATED_MS)
  return ok({
    ...userView(parts.accounts.get(credential.account), urls),
    ...{ name: credential.account, company: null, blog: '', location: null, email: null, hireable: null, bio: null },
    ...{ public_repos: 0, public_gists: 0, followers: 0, following: 0, created_at: time, updated_at: time },
    ...{ private_gists: 0, total_private_repos: 0, owned_private_repos: 0, disk_usage: 0, collaborators: 0 },
    two_factor_authentication: true,
  })
}

/** Costs nothing. */
function rateLimit({ credential, parts }: ApiCall): ApiAnswer {
  const core = parts.limits.view(subjectOf(credential))
  return ok({ rate: core, resources: { core, search: core } })
}
