import { afterEach, describe, expect, it } from 'vitest'
import { Observer } from '../../src/http/observer.js'
import { jobSchema, viewSchema } from './answer-schemas.js'
import { roleReport } from './reports.js'
import { get, post } from './send.js'
import { HttpWorld } from './world.js'

let world: HttpWorld
afterEach(() => world?.close())

const view = async () => viewSchema.parse((await get(world, '/api/mirrors')).json)
const ending = new AbortController()

describe('the view', { timeout: 60_000 }, () => {
  it('shows what was asked for until it is done, so that a reload finds it', async () => {
    world = await HttpWorld.open()
    await world.sync()
    expect((await view()).jobs).toEqual([])
    const { json } = await post(world, '/api/mirrors/sync', { layers: ['code', 'secrets'] })
    const { jobId } = json as { jobId: string }
    const [job] = (await view()).jobs
    expect(job).toMatchObject({ jobId, kind: 'sync', state: 'pending', mirror: null })
    expect(job?.layers).toHaveLength(3)
    expect((await view()).worker).toBe('nobody')
    await world.mirror.sync(ending.signal)
    expect((await view()).jobs).toEqual([])
  })

  it('shows a role change with the steps that it has done, and only those of it', async () => {
    let end: (value: unknown) => void = () => {}
    world = await HttpWorld.open({
      promote: (mirror) => {
        const { events } = world.mirror.parts.store
        const step = { kind: 'do', step: 'claim', outcome: 'ok', code: null, message: null }
        events.add({ atMs: 1, kind: 'role', mirror, layer: null, data: { action: 'promote', ...step } })
        events.add({ atMs: 1, kind: 'role', mirror: 'archive', layer: null, data: { action: 'promote', ...step } })
        return new Promise((resolve) => (end = resolve))
      },
    })
    await world.sync()
    const { json } = await post(world, '/api/mirrors/backup/promote', { reason: 'x', expectedEpoch: 1, dryRun: true })
    const [job] = (await view()).jobs
    expect(job).toMatchObject({ kind: 'promote', mirror: 'backup', state: 'running' })
    expect(job?.steps.map(({ step }) => step)).toEqual(['claim'])
    end(roleReport('backup'))
    const { jobId } = json as { jobId: string }
    const look = async () => jobSchema.parse((await get(world, `/api/mirrors/jobs/${jobId}`)).json).state
    await expect.poll(look).toBe('done')
    expect((await view()).jobs).toEqual([])
  })

  it('shows what the last look at a target found, and looks again after a sync', async () => {
    const observer: { one?: Observer } = {}
    world = await HttpWorld.open((own) => {
      observer.one = new Observer(() => own.mirror.parts, ending.signal)
      return { observed: (name) => observer.one?.observed(name) }
    })
    await world.sync()
    const backup = async () => (await view()).mirrors[0]
    await expect
      .poll(async () => (await backup())?.layers.workflows.expected['cron.yml'], { timeout: 20_000 })
      .toBe('disabled')
    expect(await backup()).toMatchObject({ role: 'SLAVE', health: 'ok', layers: { workflows: { status: 'ok' } } })
    world.replica.setVariable('MIRROR_ROLE', 'TEMPORARY_MASTER')
    await post(world, '/api/mirrors/archive/sync', { layers: ['code'] })
    await world.mirror.sync(ending.signal)
    await expect
      .poll(async () => (await view()).twoWriters?.[1], { timeout: 20_000, interval: 500 })
      .toEqual({ repo: 'second/continuity', role: 'TEMPORARY_MASTER' })
  })
})

describe('a console without a token', { timeout: 60_000 }, () => {
  it('shows everything and changes nothing, whatever is sent', async () => {
    world = await HttpWorld.open({}, { token: undefined })
    await world.sync()
    expect((await view()).mirrors).toHaveLength(2)
    const before = await world.everything()
    for (const headers of [{}, { authorization: 'Bearer undefined' }, { authorization: 'Basic eA==' }]) {
      const { status, json } = await post(world, '/api/mirrors/sync', { layers: ['code'] }, headers)
      expect([status, json]).toMatchObject([403, { error: { code: 'READ_ONLY' } }])
    }
    expect(await world.everything()).toEqual(before)
  })
})
