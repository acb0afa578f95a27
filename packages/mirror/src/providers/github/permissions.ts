import { errorCode } from '@montana/foundation'
import type { PermissionCheck } from '../../contracts/provider.js'
import type { GithubClient } from './client.js'
import { statusOf } from './failures.js'
import { actionsSwitch, nothing, repository, runPage, secretPage, variablePage } from './schemas.js'
import type { TokenSource } from './token-source.js'

/** A name, a run and a commit that are not there: a write that is allowed changes nothing. */
const ABSENT_NAME = 'MONTANA_MIRROR_PERMISSION_PROBE'
const ABSENT_RUN = 1
const ABSENT_COMMIT = '0'.repeat(40)
const PROBE_REF = 'refs/montana/probe'

type Granted = PermissionCheck['granted']
type Probe = (client: GithubClient, tokens: TokenSource, signal: AbortSignal) => Promise<Granted>

interface Check {
  readonly name: string
  readonly needed: string
  readonly probe: Probe
}

const CHECKS: readonly Check[] = [
  { name: 'Metadata', needed: 'read', probe: canReadMetadata },
  { name: 'Contents', needed: 'write', probe: canWriteContents },
  { name: 'Workflows', needed: 'write', probe: canWriteWorkflows },
  { name: 'Secrets', needed: 'write', probe: canWriteSecrets },
  { name: 'Variables', needed: 'write', probe: canWriteVariables },
  { name: 'Actions', needed: 'write', probe: canWriteActions },
  { name: 'Administration', needed: 'write (optional)', probe: canAdminister },
]

/** Each permission of spec repository-mirror 6.2, tried live without changing anything. Throws when nothing can be tried. */
export async function* checkPermissions(
  client: GithubClient,
  tokens: TokenSource,
  signal: AbortSignal,
): AsyncGenerator<PermissionCheck> {
  for (const { name, needed, probe } of CHECKS) {
    const granted = await grantedBy(() => probe(client, tokens, signal))
    yield { name, needed, granted, remedy: granted === true ? null : remedyOf(name, granted) }
  }
}

async function grantedBy(probe: () => Promise<Granted>): Promise<Granted> {
  try {
    return await probe()
  } catch (error) {
    if (errorCode(error) === 'TARGET_FORBIDDEN' || errorCode(error) === 'TARGET_NOT_FOUND') return false
    throw error
  }
}

function remedyOf(name: string, granted: Granted): string {
  if (granted === 'unknown') return `Check by hand that ${name} is granted: no request shows it without a change.`
  return `Grant ${name} to the token or App of this repository.`
}

async function canReadMetadata(client: GithubClient, _tokens: TokenSource, signal: AbortSignal): Promise<Granted> {
  await client.call({ route: 'GET /repos/{owner}/{repo}', schema: repository }, signal)
  return true
}

/** 422: no such commit; 409: no commit at all. Both come after the check of the permission. */
async function canWriteContents(client: GithubClient, _tokens: TokenSource, signal: AbortSignal): Promise<Granted> {
  const parameters = { ref: PROBE_REF, sha: ABSENT_COMMIT }
  const call = { route: 'POST /repos/{owner}/{repo}/git/refs', schema: nothing, parameters }
  return await refusedWith([409, 422], client.call(call, signal))
}

/** Classic tokens name their scopes, Apps their permissions; a fine-grained token tells nothing. */
async function canWriteWorkflows(client: GithubClient, tokens: TokenSource, signal: AbortSignal): Promise<Granted> {
  const permissions = await tokens.permissions(signal)
  if (permissions !== null) return permissions.workflows === 'write'
  const { headers } = await client.call({ route: 'GET /repos/{owner}/{repo}', schema: repository }, signal)
  const scopes = headers['x-oauth-scopes']
  return scopes === undefined ? 'unknown' : String(scopes).split(/,\s*/).includes('workflow')
}

async function canWriteSecrets(client: GithubClient, _tokens: TokenSource, signal: AbortSignal): Promise<Granted> {
  const route = '/repos/{owner}/{repo}/actions/secrets'
  await client.call({ route: `GET ${route}`, schema: secretPage, parameters: { per_page: 1 } }, signal)
  const parameters = { name: ABSENT_NAME }
  return await refusedWith([404], client.call({ route: `DELETE ${route}/{name}`, schema: nothing, parameters }, signal))
}

async function canWriteVariables(client: GithubClient, _tokens: TokenSource, signal: AbortSignal): Promise<Granted> {
  const route = '/repos/{owner}/{repo}/actions/variables'
  await client.call({ route: `GET ${route}`, schema: variablePage, parameters: { per_page: 1 } }, signal)
  const parameters = { name: ABSENT_NAME }
  return await refusedWith([404], client.call({ route: `DELETE ${route}/{name}`, schema: nothing, parameters }, signal))
}

async function canWriteActions(client: GithubClient, _tokens: TokenSource, signal: AbortSignal): Promise<Granted> {
  const route = '/repos/{owner}/{repo}/actions/runs'
  await client.call({ route: `GET ${route}`, schema: runPage, parameters: { per_page: 1 } }, signal)
  const parameters = { id: ABSENT_RUN }
  const call = { route: `POST ${route}/{id}/cancel`, schema: nothing, parameters }
  return await refusedWith([404, 409], client.call(call, signal))
}

/** Writes what is there already. */
async function canAdminister(client: GithubClient, _tokens: TokenSource, signal: AbortSignal): Promise<Granted> {
  const route = '/repos/{owner}/{repo}/actions/permissions'
  const { data } = await client.call({ route: `GET ${route}`, schema: actionsSwitch }, signal)
  await client.call({ route: `PUT ${route}`, schema: nothing, parameters: { ...data } }, signal)
  return true
}

/** True also when it was done: then there was something of that name, which the mirror makes for this purpose only. */
async function refusedWith(statuses: readonly number[], asked: Promise<unknown>): Promise<true> {
  try {
    await asked
  } catch (error) {
    const status = statusOf(error)
    if (status === null || !statuses.includes(status)) throw error
  }
  return true
}
