import type { Credential, GithubTarget, RepositoryName } from '../contracts/config.js'

const PUSH_TIMEOUT_MS = 60 * 60_000

export interface RepositoryTargetInit {
  /** What messages call it. */
  readonly name: string
  readonly repository: RepositoryName
  readonly credential: Credential
  readonly apiUrl: string
  /** Base of the clone URL, without a slash at its end. */
  readonly webUrl: string
}

/** A repository that no slot configures: the own one, the primary, the fence. Nothing is synced to it. */
export function repositoryTarget({ name, repository, credential, apiUrl, webUrl }: RepositoryTargetInit): GithubTarget {
  return {
    type: 'github',
    slot: 0,
    name,
    enabled: true,
    url: `${webUrl}/${repository.owner}/${repository.name}.git`,
    username: 'x-access-token',
    credential,
    caFile: null,
    refs: ['refs/heads/*', 'refs/tags/*'],
    onDiverge: 'refuse',
    lfs: 'auto',
    pushTimeoutMs: { first: PUSH_TIMEOUT_MS, later: PUSH_TIMEOUT_MS },
    repository,
    apiUrl,
    syncSecrets: false,
    syncVariables: false,
    promotable: false,
    workflowPaths: 'alert',
    secrets: new Map(),
    sentinelToken: null,
  }
}
