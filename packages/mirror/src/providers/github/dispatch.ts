import { MirrorError } from '../../contracts/errors.js'
import type { WorkflowControl } from '../../contracts/provider.js'
import type { Answer, GithubClient } from './client.js'
import type { Clock } from './clock.js'
import { statusOf } from './failures.js'
import { dispatched, runPage } from './schemas.js'

const WORKFLOW = '/repos/{owner}/{repo}/actions/workflows/{file}'
/** A run is listed some seconds after its dispatch. */
const LISTED_WITHIN_MS = 60_000
const POLL_MS = 2_000
const PER_PAGE = 100

type Accepted = Answer<{ workflow_run_id: number } | null>

/**
 * Starts a workflow and names its run. Servers that do not tell the id (GHES up to 3.19) are asked for the run that shows
 * the input `nonce` in its title. Spec repository-mirror 6.3.
 */
export function createDispatch(client: GithubClient, clock: Clock): WorkflowControl['dispatch'] {
  function send(parameters: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Accepted> {
    return client.call({ route: `POST ${WORKFLOW}/dispatches`, schema: dispatched, parameters, once: true }, signal)
  }

  async function accept(parameters: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Accepted> {
    try {
      return await send({ ...parameters, return_run_details: true }, signal)
    } catch (error) {
      // Refused as a whole, so nothing was started: perhaps the server does not know that field.
      if (statusOf(error) !== 422) throw error
      return await send(parameters, signal)
    }
  }

  async function findRun(file: string, nonce: string, signal: AbortSignal): Promise<number> {
    const endMs = clock.monotonicMs() + LISTED_WITHIN_MS
    const parameters = { file, event: 'workflow_dispatch', per_page: PER_PAGE }
    for (;;) {
      const { data } = await client.call({ route: `GET ${WORKFLOW}/runs`, schema: runPage, parameters }, signal)
      const found = data.find(({ display_title }) => display_title?.includes(nonce))
      if (found !== undefined) return found.id
      if (clock.monotonicMs() >= endMs) throw unnamed(file)
      await clock.sleep(POLL_MS, signal)
    }
  }

  return async (file, ref, inputs, signal) => {
    const { data } = await accept({ file, ref, inputs }, signal)
    if (data !== null) return data.workflow_run_id
    if (inputs.nonce === undefined) throw unnamed(file)
    return await findRun(file, inputs.nonce, signal)
  }
}

function unnamed(file: string): MirrorError {
  return new MirrorError('TARGET_ANSWER_INVALID', `${file} was started, but its run cannot be told from others`, {
    remedy: 'Give the workflow an input `nonce` and show it in its `run-name`.',
    field: file,
  })
}
