import { ConfigError } from '@montana/foundation'
import type { Credential, GithubTarget, MirrorConfig } from '../contracts/config.js'
import { repositoryTarget } from './repository-target.js'

export const GITHUB_API = 'https://api.github.com'

/** The repository itself as its own API sees it: gives the numeric id that the fence knows. Null without `MASTER_REPO`. */
export function primaryTarget(config: MirrorConfig, apiUrl = GITHUB_API): GithubTarget | null {
  const { primaryRepository: repository, primaryToken } = config
  if (repository === null) return null
  const { protocol, host } = parsed(apiUrl)
  const webUrl = apiUrl === GITHUB_API ? 'https://github.com' : `${protocol}//${host}`
  const credential = primaryToken === null ? ({ kind: 'none' } as const) : tokenOf(primaryToken)
  return repositoryTarget({ name: 'primary', repository, credential, apiUrl, webUrl })
}

function tokenOf(value: string): Credential {
  return { kind: 'token', value }
}

function parsed(apiUrl: string): URL {
  if (URL.canParse(apiUrl)) return new URL(apiUrl)
  throw new ConfigError('GITHUB_API_URL is no URL', {
    field: 'GITHUB_API_URL',
    remedy: `leave it out for ${GITHUB_API}`,
  })
}
