import type { TargetIdentity } from '../../contracts/provider.js'
import type { GithubClient } from './client.js'
import { repository } from './schemas.js'

export async function describeRepository(client: GithubClient, signal: AbortSignal): Promise<TargetIdentity> {
  const { data } = await client.call({ route: 'GET /repos/{owner}/{repo}', schema: repository }, signal)
  return {
    id: `github:${data.id}`,
    canonicalName: data.full_name,
    defaultBranch: data.default_branch ?? null,
    archived: data.archived,
  }
}
