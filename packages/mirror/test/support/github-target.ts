import type { GithubTarget } from '../../src/contracts/config.js'

/** A slot as the configuration gives it, with what a test wants to differ. */
export function githubTarget(changes: Partial<GithubTarget> & Pick<GithubTarget, 'apiUrl'>): GithubTarget {
  return {
    type: 'github',
    slot: 3,
    name: 'backup',
    enabled: true,
    url: 'https://github.example/backup-account/orchestrator.git',
    username: 'x-access-token',
    credential: { kind: 'token', value: 'ghp_notRealButLooksLikeOne0123456789abcd' },
    caFile: null,
    refs: ['refs/heads/*', 'refs/tags/*'],
    onDiverge: 'refuse',
    lfs: 'auto',
    pushTimeoutMs: { first: 60_000, later: 60_000 },
    repository: { owner: 'backup-account', name: 'orchestrator' },
    syncSecrets: true,
    syncVariables: true,
    promotable: true,
    workflowPaths: 'alert',
    secrets: new Map(),
    sentinelToken: null,
    ...changes,
  }
}
