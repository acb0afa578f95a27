import { ConfigError } from '@montana/foundation'
import type { GithubTarget, MirrorConfig } from '../contracts/config.js'

export const GITHUB_API = 'https://api.github.com'

/** The repository itself as its own API sees it: gives the numeric id that the fence knows. Null without `MASTER_REPO`. */
export function primaryTarget(config: MirrorConfig, apiUrl = GITHUB_API): GithubTarget | null {
  const { primaryRepository: repository, primaryToken } = config
  if (repository === null) return null
  const { protocol, host } = parsed(apiUrl)
  const web = apiUrl === GITHUB_API ? 'https://github.com' : `${protocol}//${host}`
  const nothing = { caFile: null, secrets: new Map<string, string>(), sentinelToken: null }
  return {
    ...nothing,
    type: 'github',
    slot: 0,
    name: 'primary',
    enabled: true,
    url: `${web}/${repository.owner}/${repository.name}.git`,
    username: 'x-access-token',
    credential: primaryToken === null ? { kind: 'none' } : { kind: 'token', value: primaryToken },
    refs: ['refs/heads/*', 'refs/tags/*'],
    onDiverge: 'refuse',
    lfs: 'auto',
    pushTimeoutMs: { first: 60 * 60_000, later: 60 * 60_000 },
    repository,
    apiUrl,
    syncSecrets: false,
    syncVariables: false,
    promotable: false,
  }
}

function parsed(apiUrl: string): URL {
  if (URL.canParse(apiUrl)) return new URL(apiUrl)
  throw new ConfigError('GITHUB_API_URL is no URL', {
    field: 'GITHUB_API_URL',
    remedy: `leave it out for ${GITHUB_API}`,
  })
}
