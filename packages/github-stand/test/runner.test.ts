import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GithubStand, type StandRepository, startGithubStand } from '../src/index.js'
import { createWorkflowRunner, type WorkflowRunner } from '../src/runner/index.js'
import { api } from './support/api.js'

const GUARD = "vars.MIRROR_ROLE == 'MASTER' || vars.MIRROR_ROLE == 'TEMPORARY_MASTER'"
const CHECKOUT = 'uses: actions/checkout@v5'
/** Writes what it can see. */
const SHOW = "console.log(JSON.stringify({ env: process.env, files: (await import('node:fs')).readdirSync('.') }))\n"

/** A workflow with one job; `lines` stand below the job. */
function workflow(steps: readonly string[], { on = '{workflow_dispatch: {}}', top = '', job = '' } = {}): string {
  const body = steps.map((step) => `      - ${step.replaceAll('\n', '\n        ')}\n`).join('')
  const indented = job === '' ? '' : `    ${job.replaceAll('\n', '\n    ')}\n`
  return `on: ${on}\n${top}\njobs:\n  work:\n    runs-on: ubuntu-latest\n${indented}    steps:\n${body}`
}

describe('the workflow runner', () => {
  let stand: GithubStand
  let repository: StandRepository
  let runner: WorkflowRunner

  beforeEach(async () => {
    stand = await startGithubStand()
    repository = await stand.createRepository({ owner: 'alice', name: 'replica' })
    runner = await createWorkflowRunner({ stand, repository: 'alice/replica', minuteMs: 1_000 })
  })

  afterEach(async () => {
    await runner.close()
    await stand.close()
  })

  async function commit(text: string, files: Record<string, string> = {}) {
    await repository.commit({ files: { 'show.mjs': SHOW, ...files, '.github/workflows/a.yml': text } })
  }

  async function run(text: string, files: Record<string, string> = {}) {
    await commit(text, files)
    const [outcome] = await runner.trigger('workflow_dispatch')
    if (outcome === undefined) throw new Error('nothing ran')
    return outcome
  }

  it.each([
    ['absent', undefined, 'skipped'],
    ['empty', '', 'skipped'],
    ['MASTER', 'MASTER', 'success'],
    ['TEMPORARY_MASTER', 'TEMPORARY_MASTER', 'success'],
    ['SLAVE', 'SLAVE', 'skipped'],
    // GitHub compares without regard to case.
    ['in lower case', 'master', 'success'],
    ['with a blank before it', ' MASTER', 'skipped'],
    ['with a blank after it', 'MASTER ', 'skipped'],
    ['with a line after it', 'MASTER\n', 'skipped'],
    ['unknown', 'PRIMARY', 'skipped'],
  ])('a guarded job with a role that is %s', async (_, role, conclusion) => {
    if (role !== undefined) repository.setVariable('MIRROR_ROLE', role)
    const outcome = await run(workflow(['run: "true"'], { job: `if: ${GUARD}` }))
    expect(outcome).toMatchObject({ conclusion, jobs: [{ conclusion }], run: { status: 'completed', conclusion } })
  })

  it('shows why a guard must not be written the other way round', async () => {
    const negative = workflow(['run: "true"'], { job: "if: vars.MIRROR_ROLE != 'SLAVE'" })
    expect((await run(negative)).conclusion).toBe('success')
    const asText = workflow(['run: "true"'], { job: 'if: vars.COUNT >= vars.THRESHOLD' })
    repository.setVariable('COUNT', '10')
    repository.setVariable('THRESHOLD', '3')
    expect((await run(asText)).conclusion).toBe('skipped')
    const asNumber = asText.replace('vars.COUNT >= vars.THRESHOLD', 'fromJSON(vars.COUNT) >= fromJSON(vars.THRESHOLD)')
    expect((await run(asNumber)).conclusion).toBe('success')
  })

  it('runs a script on a checkout, with the environment of the file and no other', async () => {
    process.env.OF_THE_HOST = 'must not be seen'
    repository.setSecret('API_KEY', 'very secret')
    repository.setVariable('GATE', 'true')
    const job = `env:\n  JOB: j-\${{ vars.GATE }}\n  NONE: \${{ vars.MISSING }}`
    const step = `run: node show.mjs\nenv: { KEY: "\${{ secrets.API_KEY }}", JOB: "s-\${{ env.JOB }}-\${{ env.TOP }}" }`
    const outcome = await run(workflow([CHECKOUT, step], { top: `env: { TOP: "\${{ github.repository }}" }`, job }))
    delete process.env.OF_THE_HOST
    const [checkout, shown] = outcome.jobs[0]?.steps ?? []
    expect(checkout).toMatchObject({ conclusion: 'success' })
    const { env, files } = JSON.parse(shown?.output ?? '{}')
    expect(files.sort()).toEqual(['.git', '.github', 'show.mjs'])
    expect(env).toMatchObject({ TOP: 'alice/replica', JOB: 's-j-true-alice/replica', NONE: '', KEY: '***' })
    expect(env).toMatchObject({ GITHUB_REPOSITORY: 'alice/replica', GITHUB_API_URL: stand.enterpriseApiUrl })
    expect(env).not.toHaveProperty('OF_THE_HOST')
    expect(env).not.toHaveProperty('API_KEY')
    expect(env).not.toHaveProperty('GATE')
  })

  it('stops at a step that fails, and goes on with what says always()', async () => {
    const steps = [
      'run: exit 3',
      'run: echo no',
      'if: always()\nrun: echo yes',
      `if: failure()\nrun: echo \${{ job.status }}`,
    ]
    const { conclusion, jobs } = await run(workflow(steps))
    expect(conclusion).toBe('failure')
    expect(jobs[0]?.steps.map((step) => [step.conclusion, step.exitCode, step.output])).toEqual([
      ['failure', 3, ''],
      ['skipped', null, ''],
      ['success', 0, 'yes\n'],
      ['success', 0, 'failure\n'],
    ])
  })

  it('hands outputs on', async () => {
    const steps = [
      'id: first\nrun: |\n  echo "a=1" >> "$GITHUB_OUTPUT"\n  printf "b<<E\\ntwo\\nlines\\nE\\n" >> "$GITHUB_OUTPUT"',
      `run: echo "$A-$B"\nenv: { A: "\${{ steps.first.outputs.a }}", B: "\${{ steps.first.outputs.b }}" }`,
    ]
    expect((await run(workflow(steps))).jobs[0]?.steps[1]?.output).toBe('1-two\nlines\n')
  })

  it('gives the steps that follow what a step exports, above the `env` of the job and below their own', async () => {
    const steps = ['run: echo "A=exported" >> "$GITHUB_ENV"', 'run: echo "$A"', 'run: echo "$A"\nenv: { A: own }']
    const { jobs } = await run(workflow(steps, { top: 'env: { A: top }' }))
    expect(jobs[0]?.steps.map(({ output }) => output)).toEqual(['', 'exported\n', 'own\n'])
  })

  it.each<[string, string]>([
    ['a permission that does not exist', 'permissions: { variables: write }'],
    ['a key that does not exist', 'permision: {}'],
    ['no YAML', ']['],
  ])('takes no workflow with %s', async (_, top) => {
    await commit(workflow(['run: "true"'], { on: 'push', top }))
    const [outcome] = await runner.trigger('push')
    expect(outcome).toMatchObject({ conclusion: 'startup_failure', jobs: [] })
    expect(outcome?.errors.length).toBeGreaterThan(0)
  })

  it('gives its token what the file asks for, and never variables', async () => {
    const push = [
      CHECKOUT,
      'run: |\n  git config user.name x; git config user.email x\n  echo x > new; git add new\n  git commit -qm new; git push -q origin HEAD:main',
    ]
    expect((await run(workflow(push))).conclusion).toBe('failure')
    expect((await run(workflow(push, { top: 'permissions: { contents: write }' }))).conclusion).toBe('success')
    const write = `run: |
  node -e 'fetch(process.argv[1], { method: "POST", headers: { authorization: "Bearer " + process.env.T }, body: JSON.stringify({ name: "A", value: "1" }) }).then((r) => console.log(r.status))' "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/actions/variables"
env: { T: "\${{ github.token }}" }`
    const outcome = await run(workflow([write], { top: 'permissions: write-all' }))
    expect(outcome.jobs[0]?.steps[0]?.output).toBe('403\n')
    expect((await run(workflow([CHECKOUT], { top: 'permissions: {}' }))).conclusion).toBe('failure')
  })

  it('checks out one commit, or all of them, and leaves the token behind unless told not to', async () => {
    const look =
      'run: git rev-list --count HEAD; git rev-parse --is-shallow-repository; git config --get-regexp extraheader | wc -l'
    await commit(workflow([CHECKOUT, look]))
    const shallow = await run(workflow([CHECKOUT, look], { top: '# once more' }))
    expect(shallow.jobs[0]?.steps[1]?.output).toBe('1\ntrue\n1\n')
    const full = `${CHECKOUT}\nwith: { fetch-depth: 0, persist-credentials: false }`
    expect((await run(workflow([full, look]))).jobs[0]?.steps[1]?.output).toBe('3\nfalse\n0\n')
  })

  it('runs nothing when the workflow is disabled or Actions are off, nor without the trigger', async () => {
    await commit(workflow(['run: "true"']))
    const [record] = await repository.workflows()
    repository.workflowStore.setState(record?.id ?? 0, 'disabled_manually')
    expect(await runner.trigger('workflow_dispatch')).toEqual([])
    repository.workflowStore.setState(record?.id ?? 0, 'active')
    repository.isActionsEnabled = false
    expect(await runner.trigger('workflow_dispatch')).toEqual([])
    repository.isActionsEnabled = true
    expect(await runner.trigger('schedule')).toEqual([])
    expect(await runner.trigger('workflow_dispatch')).toHaveLength(1)
    expect(repository.listRuns()).toHaveLength(1)
  })

  it.each([
    ['{push: {branches: [main]}}', 'main', 1],
    ['{push: {branches: [main]}}', 'other', 0],
    ['{push: {branches: ["rel/**", "!rel/x"]}}', 'rel/a/b', 1],
    ['{push: {branches: ["rel/**", "!rel/x"]}}', 'rel/x', 0],
    ['{push: {branches-ignore: [other]}}', 'other', 0],
    ['{push: {tags: ["v*"]}}', 'main', 0],
  ])('%s and a push to %s', async (on, branch, runs) => {
    await commit(workflow(['run: "true"'], { on }))
    if (branch !== 'main') await commit2(branch)
    expect(await runner.trigger('push', { branch })).toHaveLength(runs)
  })

  async function commit2(branch: string) {
    const [path, text] = ['.github/workflows/a.yml', 'on: push\njobs: {}\n']
    const main = await repository.tip()
    expect(main).toBeDefined()
    const files = { [path]: text }
    await repository.commit({ branch, files })
    // The branch has the workflow of the default branch.
    const { runGit } = await import('../src/git/run-git.js')
    await runGit(repository.path, ['update-ref', `refs/heads/${branch}`, main ?? ''])
  }

  describe('with the API', () => {
    let token: string

    beforeEach(() => {
      token = stand.createToken({ account: 'alice', scopes: ['repo'] })
    })

    async function dispatch(inputs: object) {
      const body = { ref: 'main', inputs, return_run_details: true }
      const path = 'POST /repos/alice/replica/actions/workflows/a.yml/dispatches'
      return Number((await api(stand, path, { token, body })).body.workflow_run_id)
    }

    async function status(id: number) {
      const { body } = await api(stand, `GET /repos/alice/replica/actions/runs/${id}`, { token })
      return [body.status, body.conclusion]
    }

    const on = '{workflow_dispatch: {inputs: {nonce: {required: true}, mode: {default: calm}}}}'

    it('runs what is dispatched, with its inputs', async () => {
      await commit(
        workflow([`run: echo "$N $M"\nenv: { N: "\${{ inputs.nonce }}", M: "\${{ inputs.mode }}" }`], { on }),
      )
      const id = await dispatch({ nonce: 'n7' })
      await runner.idle()
      expect(await status(id)).toEqual(['completed', 'success'])
      expect(runner.outcomes[0]?.jobs[0]?.steps[0]?.output).toBe('n7 calm\n')
    })

    it('is cancelled with all that it has started', async () => {
      await commit(workflow(['run: sleep 300 & sleep 300', 'run: echo later'], { on }))
      const id = await dispatch({ nonce: 'n' })
      await expect.poll(async () => (await status(id))[0]).toBe('in_progress')
      const cancel = `POST /repos/alice/replica/actions/runs/${id}/cancel`
      expect((await api(stand, cancel, { token })).status).toBe(202)
      await runner.idle()
      expect(await status(id)).toEqual(['completed', 'cancelled'])
      expect(runner.outcomes[0]?.jobs[0]?.steps.map(({ conclusion }) => conclusion)).toEqual(['cancelled', 'skipped'])
    })

    it('is ended by its timeout', async () => {
      await commit(workflow(['run: sleep 300'], { on, job: 'timeout-minutes: 1' }))
      const id = await dispatch({ nonce: 'n' })
      await runner.idle()
      expect(await status(id)).toEqual(['completed', 'cancelled'])
    })
  })

  it('skips a job whose need did not succeed', async () => {
    const jobs = `on: {workflow_dispatch: {}}
jobs:
  guard: { runs-on: x, if: "vars.NONE == 'x'", steps: [{ run: "true" }] }
  work: { runs-on: x, needs: guard, steps: [{ run: "true" }] }
  after: { runs-on: x, needs: guard, if: "always() && needs.guard.result == 'skipped'", steps: [{ run: "true" }] }
`
    const { jobs: outcomes, conclusion } = await run(jobs)
    expect(outcomes.map(({ id, conclusion }) => [id, conclusion])).toEqual([
      ['guard', 'skipped'],
      ['work', 'skipped'],
      ['after', 'success'],
    ])
    expect(conclusion).toBe('success')
  })
})

it("loads GitHub's libraries under plain Node too", async () => {
  const code = `
    import { startGithubStand } from '@montana/github-stand'
    import { createWorkflowRunner } from '@montana/github-stand/runner'
    const stand = await startGithubStand()
    const repository = await stand.createRepository({ owner: 'a', name: 'b' })
    const job = "{ runs-on: x, if: vars.R == 'm', steps: [{ run: echo hello }] }"
    await repository.commit({ files: { '.github/workflows/a.yml': 'on: push\\njobs: { j: ' + job + ' }\\n' } })
    repository.setVariable('r', 'M')
    const runner = await createWorkflowRunner({ stand, repository: 'a/b' })
    const [outcome] = await runner.trigger('push')
    console.log(outcome.conclusion, outcome.jobs[0].steps[0].output)
    await runner.close()
    await stand.close()`
  const args = ['--input-type=module', '--eval', code]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname })
  expect(stdout).toBe('success hello\n\n')
})
