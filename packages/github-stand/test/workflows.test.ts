import { beforeEach, describe, expect, it } from 'vitest'
import type { StandRepository } from '../src/index.js'
import { api } from './support/api.js'
import { checkedStand } from './support/checked-stand.js'

const ACTIONS = '/repos/alice/replica/actions'
const DAY_MS = 86_400_000
const CRON = 'name: Tick\non:\n  schedule: [{cron: "*/30 * * * *"}]\n  workflow_dispatch: {}\n'
const CHECK = `run-name: check \${{ inputs.nonce }}
on:
  workflow_dispatch:
    inputs:
      nonce: { required: true }
      mode: { type: choice, options: [a, b], default: a }
`

describe('workflows', () => {
  const held = checkedStand({ workflowRegistrationDelayMs: 20_000 })
  let repository: StandRepository
  let token: string

  beforeEach(async () => {
    repository = await held.stand.createRepository({ owner: 'alice', name: 'replica', private: false })
    token = held.stand.createToken({ account: 'alice', scopes: ['repo'] })
    const test = 'on: push\n'
    const folder = '.github/workflows'
    const files = { [`${folder}/cron.yml`]: CRON, [`${folder}/check.yaml`]: CHECK, [`${folder}/test.yml`]: test }
    await repository.commit({ files: { ...files, [`${folder}/notes.txt`]: 'no workflow' } })
  })

  async function call(line: string, body?: unknown) {
    const [method, path] = line.split(' ')
    return await api(held.stand, `${method} ${ACTIONS}${path}`, { token, body })
  }

  function register() {
    held.stand.clock.advance(20_000)
  }

  async function states() {
    const { body } = await call('GET /workflows')
    return Object.fromEntries(
      (body.workflows as { path: string; state: string }[]).map(({ path, state }) => [path, state]),
    )
  }

  it('are listed some time after they were pushed', async () => {
    expect(await states()).toEqual({})
    held.stand.clock.advance(15_000)
    expect(await states()).toEqual({})
    held.stand.clock.advance(5_000)
    expect(Object.keys(await states()).sort()).toEqual([
      '.github/workflows/check.yaml',
      '.github/workflows/cron.yml',
      '.github/workflows/test.yml',
    ])
  })

  it('are found by id and by file, and keep state and id when their file changes', async () => {
    register()
    const { body } = await call('GET /workflows/cron.yml')
    expect(body).toMatchObject({ name: 'Tick', path: '.github/workflows/cron.yml', state: 'active' })
    expect((await call(`PUT /workflows/${body.id}/disable`)).status).toBe(204)
    await repository.commit({ files: { '.github/workflows/cron.yml': CRON.replace('Tick', 'Tock') } })
    const changed = await call(`GET /workflows/${body.id}`)
    expect(changed.body).toMatchObject({ id: body.id, name: 'Tock', state: 'disabled_manually' })
    expect((await call('PUT /workflows/cron.yml/enable')).status).toBe(204)
    expect((await states())['.github/workflows/cron.yml']).toBe('active')
    expect((await call('PUT /workflows/none.yml/enable')).status).toBe(404)
  })

  it('leave the list with their file', async () => {
    register()
    await repository.commit({ files: { '.github/workflows/test.yml': null } })
    expect(Object.keys(await states())).not.toContain('.github/workflows/test.yml')
  })

  describe('dispatched', () => {
    beforeEach(() => register())

    it('start a run; its id is told only when asked for', async () => {
      const input = { nonce: 'n1' }
      expect((await call('POST /workflows/check.yaml/dispatches', { ref: 'main', inputs: input })).status).toBe(204)
      const asked = { ref: 'refs/heads/main', inputs: input, return_run_details: true }
      const answer = await call('POST /workflows/check.yaml/dispatches', asked)
      expect(answer.status).toBe(200)
      const run = await call(`GET /runs/${answer.body.workflow_run_id}`)
      expect(run.body).toMatchObject({
        ...{ status: 'queued', conclusion: null, event: 'workflow_dispatch', head_branch: 'main' },
        ...{ display_title: 'check n1', head_sha: await repository.tip(), run_number: 2 },
      })
      expect((await call('GET /workflows/check.yaml/runs')).body).toMatchObject({ total_count: 2 })
      expect((await call('GET /workflows/check.yaml/runs?status=completed')).body).toMatchObject({ total_count: 0 })
      expect(repository.listRuns()[0]?.inputs).toEqual({ nonce: 'n1', mode: 'a' })
    })

    it.each<[string, string, object]>([
      ['an input is missing', 'check.yaml', { ref: 'main' }],
      ['an input is unknown', 'check.yaml', { ref: 'main', inputs: { nonce: 'n', x: '1' } }],
      ['a choice is none', 'check.yaml', { ref: 'main', inputs: { nonce: 'n', mode: 'c' } }],
      ['there is no such ref', 'check.yaml', { ref: 'other', inputs: { nonce: 'n' } }],
      ['no ref is given', 'check.yaml', { inputs: { nonce: 'n' } }],
      ['the trigger is missing', 'test.yml', { ref: 'main' }],
    ])('are refused with 422 when %s', async (_, file, body) => {
      expect((await call(`POST /workflows/${file}/dispatches`, body)).status).toBe(422)
      expect(repository.listRuns()).toEqual([])
    })

    it('are refused when disabled, and when Actions are off', async () => {
      await call('PUT /workflows/cron.yml/disable')
      expect((await call('POST /workflows/cron.yml/dispatches', { ref: 'main' })).status).toBe(422)
      await call('PUT /workflows/cron.yml/enable')
      expect((await call('PUT /permissions', { enabled: false })).status).toBe(204)
      expect((await call('GET /permissions')).body).toEqual({ enabled: false })
      expect((await call('POST /workflows/cron.yml/dispatches', { ref: 'main' })).status).toBe(422)
      await call('PUT /permissions', { enabled: true, allowed_actions: 'all' })
      expect((await call('GET /permissions')).body).toEqual({ enabled: true, allowed_actions: 'all' })
      expect((await call('POST /workflows/cron.yml/dispatches', { ref: 'main' })).status).toBe(204)
    })

    it('are cancelled with 202 while they run and refused with 409 afterwards', async () => {
      await call('POST /workflows/cron.yml/dispatches', { ref: 'main' })
      const id = repository.listRuns()[0]?.id ?? 0
      repository.runs.start(id)
      expect((await call(`GET /runs/${id}`)).body.status).toBe('in_progress')
      expect((await call(`POST /runs/${id}/cancel`)).status).toBe(202)
      expect((await call(`GET /runs/${id}`)).body).toMatchObject({ status: 'completed', conclusion: 'cancelled' })
      repository.runs.complete(id, 'success')
      expect((await call(`GET /runs/${id}`)).body.conclusion).toBe('cancelled')
      expect((await call(`POST /runs/${id}/cancel`)).status).toBe(409)
      expect((await call('GET /runs/1')).status).toBe(404)
      expect((await call('GET /runs?event=workflow_dispatch&branch=main')).body.total_count).toBe(1)
    })
  })

  describe('after 60 quiet days', () => {
    beforeEach(async () => {
      register()
      await states()
    })

    it('only schedules of public repositories end', async () => {
      held.stand.clock.advance(60 * DAY_MS - 120_000)
      expect((await states())['.github/workflows/cron.yml']).toBe('active')
      held.stand.clock.advance(120_000)
      expect(await states()).toMatchObject({
        '.github/workflows/cron.yml': 'disabled_inactivity',
        '.github/workflows/test.yml': 'active',
      })
      expect((await call('PUT /workflows/cron.yml/enable')).status).toBe(204)
      expect((await states())['.github/workflows/cron.yml']).toBe('active')
      repository.isPrivate = true
      held.stand.clock.advance(61 * DAY_MS)
      expect((await states())['.github/workflows/cron.yml']).toBe('active')
    })

    it.each<[string, () => Promise<unknown>]>([
      ['a commit', async () => await repository.commit({ files: { 'README.md': 'x' } })],
      ['enabling', async () => await call('PUT /workflows/cron.yml/enable')],
    ])('%s starts the days anew', async (_, act) => {
      held.stand.clock.advance(45 * DAY_MS)
      await act()
      held.stand.clock.advance(59 * DAY_MS)
      expect((await states())['.github/workflows/cron.yml']).toBe('active')
      held.stand.clock.advance(2 * DAY_MS)
      expect((await states())['.github/workflows/cron.yml']).toBe('disabled_inactivity')
    })
  })
})

describe('workflows of an Enterprise Server', () => {
  const held = checkedStand({ product: 'ghes' })

  it('do not know return_run_details: the run is found by the nonce in its title', async () => {
    const repository = await held.stand.createRepository({ owner: 'alice', name: 'replica' })
    await repository.commit({ files: { '.github/workflows/check.yaml': CHECK } })
    const token = held.stand.createToken({ account: 'alice', scopes: ['repo'] })
    const dispatches = `POST ${ACTIONS}/workflows/check.yaml/dispatches`
    const body = { ref: 'main', inputs: { nonce: 'abc' } }
    const refused = await api(held.stand, dispatches, { token, body: { ...body, return_run_details: true } })
    expect(refused.status).toBe(422)
    expect((await api(held.stand, dispatches, { token, body })).status).toBe(204)
    const runs = await api(held.stand, `GET ${ACTIONS}/workflows/check.yaml/runs`, { token })
    expect(runs.body).toMatchObject({ workflow_runs: [{ display_title: 'check abc' }] })
  })
})
