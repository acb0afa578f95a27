import type { PermissionCheck } from './types.js'

export type CredentialKind = 'app' | 'token' | 'ssh' | 'none'

export interface HostKey {
  readonly type: string
  readonly fingerprint: string
}

/** What is typed into the form, as it is typed. */
export interface Draft {
  readonly type: 'github' | 'git'
  readonly name: string
  readonly repo: string
  readonly apiUrl: string
  readonly url: string
  readonly syncSecrets: boolean
  readonly syncVariables: boolean
  readonly promotable: boolean
  readonly credential: CredentialKind
  readonly token: string
  readonly username: string
  readonly appId: string
  readonly installationId: string
  readonly privateKey: string
  readonly key: { readonly keyId: string; readonly publicKey: string } | null
  readonly hostKeys: readonly HostKey[]
  readonly isCompared: boolean
}

export const EMPTY: Draft = {
  ...{ type: 'github', name: '', repo: '', apiUrl: '', url: '' },
  ...{ syncSecrets: true, syncVariables: true, promotable: true, credential: 'app' },
  ...{ token: '', username: '', appId: '', installationId: '', privateKey: '' },
  ...{ key: null, hostKeys: [], isCompared: false },
}

export interface TestReport {
  readonly checks: readonly PermissionCheck[]
  readonly testedAs: string | null
}

const REPO = /^[\w-]{1,40}\/[\w.-]{1,100}$/
const NAME = /^[a-z0-9-]{0,40}$/

/** What is still wrong with the target, in words; null where it can be gone on with. The server judges it again. */
export function targetProblem({ type, name, repo, url }: Draft): string | null {
  if (!NAME.test(name)) return 'A name has 1 to 40 of a to z, 0 to 9 and -.'
  if (type === 'github') return REPO.test(repo.trim()) ? null : 'Write owner/name of the repository.'
  return /^(?:https?:\/\/|ssh:\/\/|\/)\S+$/.test(url.trim()) ? null : 'Write an https or ssh URL, or an absolute path.'
}

/** By the address of an archive there is one way in, or two. */
export function kindsOf({ type, url }: Draft): readonly CredentialKind[] {
  if (type === 'github') return ['app', 'token']
  if (url.trim().startsWith('ssh://')) return ['ssh']
  return url.trim().startsWith('/') ? ['none'] : ['token', 'none']
}

export function credentialProblem(draft: Draft): string | null {
  const { credential, token, appId, privateKey, key, hostKeys, isCompared } = draft
  if (credential === 'token') return token.trim() === '' ? 'Paste the token.' : null
  if (credential === 'none') return null
  if (credential === 'app') {
    if (!/^\d+$/.test(appId.trim())) return 'Write the number of the App.'
    return privateKey.includes('PRIVATE KEY') ? null : 'Paste the private key of the App (PEM).'
  }
  if (key === null) return 'Make a key and enter its public part at the target.'
  return hostKeys.length > 0 && isCompared ? null : 'Ask the host for its keys and compare them.'
}

/** As the server takes it; what is empty is left out. */
export function candidateOf(draft: Draft): object {
  const credential = credentialOf(draft)
  const name = given('name', draft.name)
  if (draft.type === 'git') return { type: 'git', ...name, url: draft.url.trim(), credential }
  const { syncSecrets, syncVariables, promotable } = draft
  const api = given('apiUrl', draft.apiUrl)
  return {
    type: 'github',
    ...name,
    repo: draft.repo.trim(),
    ...api,
    syncSecrets,
    syncVariables,
    promotable,
    credential,
  }
}

function credentialOf({
  credential,
  token,
  username,
  appId,
  installationId,
  privateKey,
  key,
  hostKeys,
}: Draft): object {
  if (credential === 'none') return { kind: 'none' }
  if (credential === 'token') return { kind: 'token', token: token.trim(), ...given('username', username) }
  if (credential === 'app') {
    return { kind: 'app', appId: appId.trim(), privateKey, ...given('installationId', installationId) }
  }
  return { kind: 'ssh', keyId: key?.keyId ?? '', hostKeys: hostKeys.map(({ fingerprint }) => fingerprint) }
}

function given(name: string, value: string): object {
  return value.trim() === '' ? {} : { [name]: value.trim() }
}
