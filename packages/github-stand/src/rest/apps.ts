import { z } from 'zod'
import { githubTime } from '../clock.js'
import { INSTALLATION_TOKEN_MS } from '../constants.js'
import { HttpFailure, invalid, notFound } from '../errors.js'
import type { App, Installation } from '../state/apps.js'
import { isWithin, type Permissions, toApiPermissions } from '../state/permissions.js'
import type { StandRepository } from '../state/repository.js'
import { appOfAssertion } from './assertion.js'
import { readBody } from './body.js'
import { repositoryView } from './repository-view.js'
import { type ApiAnswer, type ApiCall, ok, type PlainRoute } from './route.js'
import { userView } from './user-views.js'

const access = z.enum(['read', 'write']).optional()
const permissionsSchema = z.strictObject({
  ...{ metadata: access, contents: access, workflows: access, secrets: access, actions: access },
  ...{ administration: access, actions_variables: access, variables: access },
})
const tokenSchema = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: permissionsSchema.optional(),
})
type TokenRequest = z.infer<typeof tokenSchema>

export const APP_ROUTES: readonly PlainRoute[] = [
  { method: 'POST', path: '/app/installations/:installation_id/access_tokens', handle: issue },
  { method: 'GET', path: '/repos/:owner/:repo/installation', handle: installationOf },
]

function issue(call: ApiCall): ApiAnswer {
  const { parts, params, body } = call
  const app = appOf(call)
  const installation = parts.apps.installation(Number(params.installation_id))
  if (installation?.appId !== app.id) throw notFound()
  const wanted = readBody(tokenSchema, body)
  const permissions = narrowedPermissions(app, wanted)
  const repositories = narrowedRepositories(call, installation, wanted)
  const expiresAtMs = parts.clock.nowMs() + INSTALLATION_TOKEN_MS
  const ids = repositories?.map(({ id }) => id) ?? installation.repositories
  const common = { kind: 'installation', account: installation.account, label: `app ${app.slug}` } as const
  const token = parts.tokens.issue({ ...common, permissions, repositories: ids, expiresAtMs })
  const selection = ids === 'all' ? 'all' : 'selected'
  const shown = repositories && { repositories: repositories.map((one) => repositoryView(one, call.urls, undefined)) }
  const facts = { permissions: toApiPermissions(permissions), repository_selection: selection, ...shown }
  return { status: 201, body: { token, expires_at: githubTime(expiresAtMs), ...facts } }
}

function appOf({ bearer, parts }: ApiCall): App {
  return appOfAssertion(bearer, parts.apps, parts.clock.nowMs())
}

function narrowedPermissions(app: App, { permissions }: TokenRequest): Permissions {
  if (permissions === undefined) return app.permissions
  const { actions_variables, variables = actions_variables, ...others } = permissions
  const named = Object.entries({ ...others, variables }).filter(([, level]) => level !== undefined)
  const wanted: Permissions = Object.fromEntries(named)
  if (!isWithin(wanted, app.permissions))
    throw invalid('The permissions requested are not granted to this installation.')
  return wanted
}

/** Undefined: all that the installation reaches. */
function narrowedRepositories(
  { parts }: ApiCall,
  installation: Installation,
  { repositories, repository_ids }: TokenRequest,
): StandRepository[] | undefined {
  if (repositories === undefined && repository_ids === undefined) return undefined
  const named = (repositories ?? []).map((name) => parts.repositories.byName(installation.account, name))
  const numbered = (repository_ids ?? []).map((id) => parts.repositories.byId(id))
  return [...named, ...numbered].map((repository) => {
    if (repository !== undefined && reaches(installation, repository)) return repository
    throw new HttpFailure(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    )
  })
}

function reaches({ account, repositories }: Installation, { owner, id }: StandRepository): boolean {
  return owner.toLowerCase() === account.toLowerCase() && (repositories === 'all' || repositories.includes(id))
}

function installationOf(call: ApiCall): ApiAnswer {
  const app = appOf(call)
  const { owner = '', repo = '' } = call.params
  const repository = call.parts.repositories.byName(owner, repo)
  const installation = call.parts.apps
    .installations(app.id)
    .find((candidate) => repository !== undefined && reaches(candidate, repository))
  if (installation === undefined) throw notFound()
  return ok(view(call, app, installation))
}

function view({ parts, urls }: ApiCall, app: App, installation: Installation): Record<string, unknown> {
  const { id, account, repositories, createdAtMs } = installation
  const owner = parts.accounts.get(account)
  const time = githubTime(createdAtMs)
  return {
    ...{ id, app_id: app.id, app_slug: app.slug, account: userView(owner, urls), events: [], single_file_name: null },
    ...{ target_id: owner.id, target_type: 'User', permissions: toApiPermissions(app.permissions) },
    ...{ repository_selection: repositories === 'all' ? 'all' : 'selected', created_at: time, updated_at: time },
    ...{ suspended_at: null, suspended_by: null, html_url: `${urls.web}/settings/installations/${id}` },
    access_tokens_url: `${urls.api}/app/installations/${id}/access_tokens`,
    repositories_url: `${urls.api}/installation/repositories`,
  }
}
