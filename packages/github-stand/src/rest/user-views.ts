import type { Account } from '../state/accounts.js'
import { nodeId } from './node-id.js'
import type { Urls } from './urls.js'

const RESOURCES = [
  'events{/privacy}',
  'followers',
  'following{/other_user}',
  'gists{/gist_id}',
  'received_events',
  'repos',
]
const MORE = ['organizations', 'starred{/owner}{/repo}', 'subscriptions']

/** GitHub's `simple-user`. */
export function userView({ id, login }: Account, urls: Urls): Record<string, unknown> {
  const url = urls.user(login)
  const links = [...RESOURCES, ...MORE].map((resource) => [`${keyOf(resource)}_url`, `${url}/${linkOf(resource)}`])
  return {
    ...{ login, id, node_id: nodeId('User', id), gravatar_id: '', type: 'User', site_admin: false, url },
    ...{ avatar_url: `${urls.web}/avatars/${id}`, html_url: `${urls.web}/${login}` },
    ...Object.fromEntries(links),
  }
}

function keyOf(resource: string): string {
  return resource.replace(/\{.*/, '')
}

function linkOf(resource: string): string {
  return resource === 'organizations' ? 'orgs' : resource
}
