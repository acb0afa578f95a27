import { roleOf } from '../access.js'
import { githubTime } from '../clock.js'
import type { StandRepository } from '../state/repository.js'
import type { Credential } from '../state/tokens.js'
import { nodeId } from './node-id.js'
import type { Urls } from './urls.js'
import { userView } from './user-views.js'

/** `<key>_url` and what stands behind the repository's URL. */
const LINKS: Readonly<Record<string, string>> = {
  archive: '/{archive_format}{/ref}',
  assignees: '/assignees{/user}',
  blobs: '/git/blobs{/sha}',
  branches: '/branches{/branch}',
  collaborators: '/collaborators{/collaborator}',
  comments: '/comments{/number}',
  commits: '/commits{/sha}',
  compare: '/compare/{base}...{head}',
  contents: '/contents/{+path}',
  contributors: '/contributors',
  deployments: '/deployments',
  downloads: '/downloads',
  events: '/events',
  forks: '/forks',
  git_commits: '/git/commits{/sha}',
  git_refs: '/git/refs{/sha}',
  git_tags: '/git/tags{/sha}',
  hooks: '/hooks',
  issue_comment: '/issues/comments{/number}',
  issue_events: '/issues/events{/number}',
  issues: '/issues{/number}',
  keys: '/keys{/key_id}',
  labels: '/labels{/name}',
  languages: '/languages',
  merges: '/merges',
  milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}',
  pulls: '/pulls{/number}',
  releases: '/releases{/id}',
  stargazers: '/stargazers',
  statuses: '/statuses/{sha}',
  subscribers: '/subscribers',
  subscription: '/subscription',
  tags: '/tags',
  teams: '/teams',
  trees: '/git/trees{/sha}',
}

/** GitHub's `minimal-repository`. */
export function minimalRepositoryView(repository: StandRepository, urls: Urls): Record<string, unknown> {
  const { id, name, fullName, isPrivate } = repository
  const links = Object.entries(LINKS).map(([key, rest]) => [`${key}_url`, urls.repository(repository, rest)])
  return {
    ...{ id, node_id: nodeId('Repository', id), name, full_name: fullName, private: isPrivate },
    ...{ owner: userView(repository.account, urls), html_url: urls.page(repository), description: null, fork: false },
    ...{ url: urls.repository(repository), ...Object.fromEntries(links) },
  }
}

/** GitHub's `full-repository`. */
export function repositoryView(
  repository: StandRepository,
  urls: Urls,
  credential: Credential | undefined,
): Record<string, unknown> {
  return {
    ...minimalRepositoryView(repository, urls),
    ...cloneUrls(repository, urls),
    ...times(repository),
    ...{ default_branch: repository.defaultBranch, archived: repository.isArchived, disabled: false },
    ...{ visibility: repository.isPrivate ? 'private' : 'public', homepage: null, language: null, mirror_url: null },
    ...{ license: null, size: 0, has_issues: true, has_projects: true, has_wiki: false, has_pages: false },
    ...{ has_discussions: false, has_downloads: true, is_template: false, topics: [], ...COUNTS },
    ...(credential && { permissions: permissionsOf(credential, repository) }),
  }
}

const COUNTS = {
  ...{ forks: 0, forks_count: 0, open_issues: 0, open_issues_count: 0, watchers: 0, watchers_count: 0 },
  ...{ stargazers_count: 0, network_count: 0, subscribers_count: 0 },
}

function cloneUrls(repository: StandRepository, urls: Urls): Record<string, string> {
  const page = urls.page(repository)
  const git = `${page}.git`
  return { clone_url: git, git_url: git, svn_url: page, ssh_url: `git@localhost:${repository.fullName}.git` }
}

function times({ createdAtMs, pushedAtMs }: StandRepository): Record<string, string> {
  const created = githubTime(createdAtMs)
  return { created_at: created, updated_at: githubTime(pushedAtMs), pushed_at: githubTime(pushedAtMs) }
}

/** What the account may do; a fine-grained token may do less, and GitHub does not say so here. */
function permissionsOf({ account }: Credential, repository: StandRepository): Record<string, boolean> {
  const role = roleOf(account, repository)
  const canPush = role === 'write' || role === 'admin'
  const isAdmin = role === 'admin'
  return { admin: isAdmin, maintain: isAdmin, push: canPush, triage: canPush, pull: true }
}
