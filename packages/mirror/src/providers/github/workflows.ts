import { MirrorError } from '../../contracts/errors.js'
import type { Workflow, WorkflowControl } from '../../contracts/provider.js'
import type { GithubClient } from './client.js'
import type { Clock } from './clock.js'
import { createDispatch } from './dispatch.js'
import { statusOf } from './failures.js'
import { listAll } from './pages.js'
import { actionsSwitch, nothing, run, runPage, workflowPage } from './schemas.js'

const ALL = '/repos/{owner}/{repo}/actions/workflows'
const RUN = '/repos/{owner}/{repo}/actions/runs/{id}'
const SWITCH = '/repos/{owner}/{repo}/actions/permissions'
const PER_PAGE = 100
/** A file that was pushed just now is listed with delay. Spec repository-mirror 6.3. */
export const LISTED_WITHIN_MS = 60_000
const POLL_MS = 2_000

export function createWorkflowControl(client: GithubClient, clock: Clock): WorkflowControl {
  const list = (signal: AbortSignal) =>
    listAll<Workflow>(client, { route: `GET ${ALL}`, perPage: PER_PAGE, schema: workflowPage }, signal)

  /** The workflow as soon as `enough` says so, or as it is when the time is over. */
  async function poll(file: string, enough: (found: Workflow | undefined) => boolean, signal: AbortSignal) {
    const endMs = clock.monotonicMs() + LISTED_WITHIN_MS
    for (;;) {
      const found = (await list(signal)).find((each) => each.file === file && each.state !== 'deleted')
      if (enough(found) || clock.monotonicMs() >= endMs) return found
      await clock.sleep(POLL_MS, signal)
    }
  }

  async function set(file: string, active: boolean, signal: AbortSignal): Promise<void> {
    const found = await poll(file, (each) => each !== undefined, signal)
    if (found === undefined) throw notListed(file)
    if ((found.state === 'active') !== active) await put(found, active, signal)
  }

  async function put({ id, file }: Workflow, active: boolean, signal: AbortSignal): Promise<void> {
    const route = `PUT ${ALL}/{id}/${active ? 'enable' : 'disable'}`
    await client.call({ route, schema: nothing, parameters: { id } }, signal)
    const seen = await poll(file, (each) => (each?.state === 'active') === active, signal)
    if ((seen?.state === 'active') !== active) throw notTaken(file, active, seen?.state ?? 'absent')
  }

  async function enable(file: string, signal: AbortSignal): Promise<void> {
    const found = await poll(file, (each) => each !== undefined, signal)
    if (found === undefined) throw notListed(file)
    await put(found, true, signal)
  }

  async function actions(signal: AbortSignal) {
    return (await client.call({ route: `GET ${SWITCH}`, schema: actionsSwitch }, signal)).data
  }

  return {
    list,
    set,
    enable,
    dispatch: createDispatch(client, clock),
    async run(id, signal) {
      const { data } = await client.call({ route: `GET ${RUN}`, schema: run, parameters: { id } }, signal)
      return { id: data.id, status: data.status, conclusion: data.conclusion }
    },
    async inProgress(file, signal) {
      const parameters = { file, per_page: PER_PAGE }
      const { data } = await client.call({ route: `GET ${ALL}/{file}/runs`, schema: runPage, parameters }, signal)
      const open = data.filter(({ status }) => status !== 'completed')
      return open.map(({ id, status, conclusion }) => ({ id, status, conclusion }))
    },
    async cancel(id, signal) {
      try {
        await client.call({ route: `POST ${RUN}/cancel`, schema: nothing, parameters: { id } }, signal)
      } catch (error) {
        // It concluded before the request came.
        if (statusOf(error) !== 409) throw error
      }
    },
    actionsEnabled: async (signal) => (await actions(signal)).enabled,
    async setActions(enabled, signal) {
      const { allowed_actions } = await actions(signal)
      // Without it the provider falls back to "all".
      const kept = enabled && allowed_actions !== undefined ? { allowed_actions } : {}
      await client.call({ route: `PUT ${SWITCH}`, schema: nothing, parameters: { enabled, ...kept } }, signal)
    },
  }
}

function notListed(file: string): MirrorError {
  return new MirrorError('READBACK_MISMATCH', `${file} is not listed after ${LISTED_WITHIN_MS / 1_000} s`, {
    remedy: 'Check that the file is on the default branch of the target and that Actions are on there.',
    field: file,
  })
}

function notTaken(file: string, active: boolean, state: string): MirrorError {
  const wanted = active ? 'active' : 'disabled'
  return new MirrorError('READBACK_MISMATCH', `${file} should be ${wanted} and is ${state}`, { field: file })
}
