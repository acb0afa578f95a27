import type { StandRepository } from '../state/repository.js'
import type { Run } from '../state/runs.js'
import type { Contexts } from './expressions.js'

export interface RunFacts {
  readonly run: Run
  readonly repository: StandRepository
  readonly serverUrl: string
  readonly apiUrl: string
  readonly token: string
  readonly workspace: string
  readonly temporary: string
}

/** What expressions of a run can name. */
export function contextsOf(facts: RunFacts): Contexts {
  const { run, repository, token } = facts
  return {
    github: githubContext(facts),
    vars: Object.fromEntries(repository.variables),
    secrets: { ...Object.fromEntries(repository.secrets), GITHUB_TOKEN: token },
    inputs: run.inputs,
    env: {},
    needs: {},
    steps: {},
    job: { status: 'success' },
    runner: { os: 'Linux', arch: process.arch.toUpperCase(), temp: facts.temporary },
    strategy: {},
    matrix: {},
  }
}

function githubContext({ run, repository, serverUrl, apiUrl, token, workspace }: RunFacts): Record<string, unknown> {
  return {
    ...{ event_name: run.event, event: { inputs: run.inputs }, actor: run.actor, token, workspace },
    ...{ repository: repository.fullName, repository_id: String(repository.id), repository_owner: repository.owner },
    ...{ ref: `refs/heads/${run.branch}`, ref_name: run.branch, sha: run.commit, workflow: run.workflow.name },
    ...{ run_id: String(run.id), run_number: String(run.runNumber), server_url: serverUrl, api_url: apiUrl },
  }
}

/** To which a command writes `name=value` for its outputs, and for the environment of the steps after it. */
export interface CommandFiles {
  readonly output: string
  readonly exported: string
}

/** What GitHub sets for every command besides its `env:`; no secret is among it. */
export function runnerEnvironment(facts: RunFacts, { output, exported }: CommandFiles): Record<string, string> {
  const { run, repository, serverUrl, apiUrl, workspace, temporary } = facts
  return {
    ...{ CI: 'true', GITHUB_ACTIONS: 'true', HOME: temporary, RUNNER_TEMP: temporary, RUNNER_OS: 'Linux' },
    ...{ GITHUB_EVENT_NAME: run.event, GITHUB_ACTOR: run.actor, GITHUB_WORKFLOW: run.workflow.name },
    ...{ GITHUB_REPOSITORY: repository.fullName, GITHUB_REPOSITORY_ID: String(repository.id) },
    ...{
      GITHUB_REPOSITORY_OWNER: repository.owner,
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: output,
      GITHUB_ENV: exported,
    },
    ...{ GITHUB_REF: `refs/heads/${run.branch}`, GITHUB_REF_NAME: run.branch, GITHUB_SHA: run.commit },
    ...{ GITHUB_RUN_ID: String(run.id), GITHUB_RUN_NUMBER: String(run.runNumber), GITHUB_RUN_ATTEMPT: '1' },
    ...{ GITHUB_SERVER_URL: serverUrl, GITHUB_API_URL: apiUrl },
  }
}
