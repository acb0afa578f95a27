import type { SecretStore } from '../../contracts/provider.js'
import { orAbsent } from './absent.js'
import type { GithubClient } from './client.js'
import { statusOf } from './failures.js'
import { requireName, requireSize } from './names.js'
import { listAll } from './pages.js'
import { nothing, publicKey, secretPage } from './schemas.js'
import { sealBox } from './sealed-box.js'

const LIST = 'GET /repos/{owner}/{repo}/actions/secrets'
const KEY = 'GET /repos/{owner}/{repo}/actions/secrets/public-key'
const PUT = 'PUT /repos/{owner}/{repo}/actions/secrets/{name}'
const DELETE = 'DELETE /repos/{owner}/{repo}/actions/secrets/{name}'
/** Documented maximum. */
const PER_PAGE = 100

interface RecipientKey {
  readonly id: string
  readonly bytes: Uint8Array
}

/** Values go in sealed and never come out. Spec repository-mirror 6.3. */
export function createSecretStore(client: GithubClient): SecretStore {
  let known: RecipientKey | null = null

  async function recipient(signal: AbortSignal): Promise<RecipientKey> {
    const { data } = await client.call({ route: KEY, schema: publicKey }, signal)
    known = { id: data.key_id, bytes: new Uint8Array(Buffer.from(data.key, 'base64')) }
    return known
  }

  async function putSealed(name: string, value: string, key: RecipientKey, signal: AbortSignal) {
    const sealed = sealBox(new TextEncoder().encode(value), key.bytes)
    const encrypted_value = Buffer.from(sealed).toString('base64')
    const parameters = { name, encrypted_value, key_id: key.id }
    const { status } = await client.call({ route: PUT, schema: nothing, parameters }, signal)
    return status === 201 ? ('created' as const) : ('updated' as const)
  }

  return {
    list: (signal) => listAll(client, { route: LIST, perPage: PER_PAGE, schema: secretPage }, signal),
    async put(given, value, signal) {
      const name = requireName(given)
      requireSize(name, value)
      try {
        return await putSealed(name, value, known ?? (await recipient(signal)), signal)
      } catch (error) {
        // The key of the repository was exchanged since it was fetched: once more with the new one.
        if (statusOf(error) !== 422) throw error
        return await putSealed(name, value, await recipient(signal), signal)
      }
    },
    async delete(given, signal) {
      const parameters = { name: requireName(given) }
      await orAbsent(client, client.call({ route: DELETE, schema: nothing, parameters }, signal), signal)
    },
  }
}
