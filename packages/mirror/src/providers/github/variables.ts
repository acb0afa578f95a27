import type { VariableStore } from '../../contracts/provider.js'
import { orAbsent } from './absent.js'
import type { GithubClient } from './client.js'
import { statusOf } from './failures.js'
import { requireName, requireSize } from './names.js'
import { listAll } from './pages.js'
import { nothing, variable, variablePage } from './schemas.js'

const ALL = '/repos/{owner}/{repo}/actions/variables'
/** In the path, so that the body of an update does not change the name. */
const ONE = `${ALL}/{variable}`
/** Documented maximum, with 10 as default: the lists of secrets have others. */
const PER_PAGE = 30

/** There is no PUT: POST creates, PATCH updates, and each turns into the other when somebody was faster. Spec repository-mirror 6.3. */
export function createVariableStore(client: GithubClient): VariableStore {
  async function get(given: string, signal: AbortSignal): Promise<string | null> {
    const parameters = { variable: requireName(given) }
    const asked = client.call({ route: `GET ${ONE}`, schema: variable, parameters }, signal)
    return (await orAbsent(client, asked, signal))?.data.value ?? null
  }

  async function create(name: string, value: string, signal: AbortSignal): Promise<'created' | 'updated'> {
    await client.call({ route: `POST ${ALL}`, schema: nothing, parameters: { name, value } }, signal)
    return 'created'
  }

  async function update(name: string, value: string, signal: AbortSignal): Promise<'created' | 'updated'> {
    await client.call({ route: `PATCH ${ONE}`, schema: nothing, parameters: { variable: name, name, value } }, signal)
    return 'updated'
  }

  return {
    list: (signal) => listAll(client, { route: `GET ${ALL}`, perPage: PER_PAGE, schema: variablePage }, signal),
    get,
    async put(given, value, signal) {
      const name = requireName(given)
      requireSize(name, value)
      const [first, second, turn] = (await get(name, signal)) === null ? [create, update, 409] : [update, create, 404]
      try {
        return await first(name, value, signal)
      } catch (error) {
        if (statusOf(error) !== turn) throw error
        return await second(name, value, signal)
      }
    },
    async delete(given, signal) {
      const parameters = { variable: requireName(given) }
      await orAbsent(client, client.call({ route: `DELETE ${ONE}`, schema: nothing, parameters }, signal), signal)
    },
  }
}
