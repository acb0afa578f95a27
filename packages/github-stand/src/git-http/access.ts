import { isPermitted, requireAccess } from '../access.js'
import { authenticate } from '../authorization.js'
import { HttpFailure, notFound } from '../errors.js'
import { workflowScopeEnvironment } from '../git/workflow-scope.js'
import type { StandParts } from '../parts.js'
import type { Access } from '../state/permissions.js'
import type { StandRepository } from '../state/repository.js'
import type { Credential } from '../state/tokens.js'

export interface GitAsked {
  readonly owner: string
  /** Without `.git`. */
  readonly name: string
  readonly access: Access
  readonly authorization: string | undefined
}

export interface GitGrant {
  readonly repository: StandRepository
  readonly credential: Credential | undefined
}

/** Who asks, and for what; throws 401 (which makes git ask for a password), 403 or 404. */
export function grantGit(parts: StandParts, asked: GitAsked): GitGrant {
  const credential = authenticateGit(parts, asked.authorization)
  const repository = parts.repositories.byName(asked.owner, asked.name)
  if (credential === undefined && (repository?.isPrivate !== false || asked.access === 'write')) throw unauthorized()
  if (repository === undefined) throw notFound()
  try {
    requireAccess(credential, repository, { permission: 'contents', access: asked.access })
  } catch (error) {
    throw inGitsWords(error, repository, credential)
  }
  return { repository, credential }
}

function authenticateGit({ tokens }: StandParts, authorization: string | undefined): Credential | undefined {
  try {
    return authenticate(authorization, tokens)
  } catch {
    throw unauthorized()
  }
}

function unauthorized(): HttpFailure {
  const message = 'Invalid username or token. Password authentication is not supported for Git operations.'
  return new HttpFailure(401, message, {}, { 'www-authenticate': 'Basic realm="GitHub"' })
}

function inGitsWords(error: unknown, { fullName }: StandRepository, credential: Credential | undefined): unknown {
  if (!(error instanceof HttpFailure)) return error
  if (error.status === 404) return new HttpFailure(404, 'Repository not found.')
  if (error.message.includes('archived'))
    return new HttpFailure(403, 'This repository was archived so it is read-only.')
  return new HttpFailure(403, `Permission to ${fullName}.git denied to ${credential?.account ?? 'anonymous'}.`)
}

/** What the receiving git must know to refuse pushes of workflow files; nothing where they are allowed. */
export function hookEnvironment({ repository, credential }: GitGrant): Record<string, string> {
  if (isPermitted(credential, repository, { permission: 'workflows', access: 'write' })) return {}
  const isApp = credential?.kind === 'installation' || credential?.kind === 'workflow'
  return workflowScopeEnvironment({
    credential: isApp ? 'a GitHub App' : 'a Personal Access Token',
    needed: isApp ? '`workflows` permission' : '`workflow` scope',
  })
}
