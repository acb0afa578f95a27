import { HttpFailure, notFound } from './errors.js'
import { allows, apiName, type Need } from './state/permissions.js'
import type { Role, StandRepository } from './state/repository.js'
import type { ClassicCredential, Credential } from './state/tokens.js'

const BY_TOKEN = 'Resource not accessible by personal access token'
const BY_INTEGRATION = 'Resource not accessible by integration'
/** What GitHub lets anyone read of a public repository. */
const PUBLIC = new Set(['metadata', 'contents', 'actions'])
/** Write access of a collaborator does not reach these. */
const ADMIN_ONLY = new Set(['administration'])

/** Throws what GitHub would answer: 401 or 404 where the repository is hidden, 403 where the right is lacking. */
export function requireAccess(credential: Credential | undefined, repository: StandRepository, need: Need): void {
  if (!canSee(credential, repository)) throw notFound()
  if (!isPermitted(credential, repository, need)) throw refusal(credential, need)
  if (need.access === 'write' && repository.isArchived) {
    throw new HttpFailure(403, 'Repository was archived so is read-only.')
  }
}

/** Whether the credential can do it at all; archived or not is another question. */
export function isPermitted(credential: Credential | undefined, repository: StandRepository, need: Need): boolean {
  const isOpen = !repository.isPrivate && need.access === 'read' && PUBLIC.has(need.permission)
  if (isOpen) return true
  if (credential === undefined || !reaches(credential, repository)) return false
  if (credential.kind === 'classic') return classicAllows(credential, repository, need)
  // A workflow's token has no key for these in `permissions:`. Spec repository-mirror 6.2.
  const isBeyondWorkflows = need.permission === 'secrets' || need.permission === 'variables'
  if (credential.kind === 'workflow' && isBeyondWorkflows) return false
  return allows(credential.permissions, need)
}

/** What the account may do, whatever the token adds or lacks. */
export function roleOf(account: string, repository: StandRepository): Role | undefined {
  const login = account.toLowerCase()
  if (login === repository.owner.toLowerCase()) return 'admin'
  return repository.collaborators.get(login)
}

function canSee(credential: Credential | undefined, repository: StandRepository): boolean {
  if (!repository.isPrivate) return true
  if (credential === undefined || !reaches(credential, repository)) return false
  return credential.kind !== 'classic' || credential.scopes.includes('repo')
}

/** The token is for this repository, and its account has some role there. */
function reaches(credential: Credential, repository: StandRepository): boolean {
  if (credential.kind === 'classic') return roleOf(credential.account, repository) !== undefined
  const isOwners = credential.account.toLowerCase() === repository.owner.toLowerCase()
  return isOwners && (credential.repositories === 'all' || credential.repositories.includes(repository.id))
}

function classicAllows(credential: ClassicCredential, repository: StandRepository, need: Need): boolean {
  const role = roleOf(credential.account, repository)
  const isScoped =
    credential.scopes.includes('repo') || (!repository.isPrivate && credential.scopes.includes('public_repo'))
  if (need.permission === 'workflows' && !credential.scopes.includes('workflow')) return false
  if (need.permission === 'metadata') return role !== undefined
  if (ADMIN_ONLY.has(need.permission)) return isScoped && role === 'admin'
  const isEnough = need.access === 'read' ? role !== undefined : role === 'write' || role === 'admin'
  return isScoped && isEnough
}

function refusal(credential: Credential | undefined, { permission, access }: Need): HttpFailure {
  if (credential === undefined) return new HttpFailure(401, 'Requires authentication')
  if (credential.kind === 'classic') return new HttpFailure(403, 'Must have admin rights to Repository.')
  const message = credential.kind === 'fine-grained' ? BY_TOKEN : BY_INTEGRATION
  return new HttpFailure(403, message, {}, { 'x-accepted-github-permissions': `${apiName(permission)}=${access}` })
}
