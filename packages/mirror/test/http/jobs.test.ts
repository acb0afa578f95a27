import { afterEach, describe, expect, it } from 'vitest'
import { MirrorError } from '../../src/contracts/errors.js'
import type { MoreOperations } from '../../src/http/mirror-service.js'
import { jobSchema, viewSchema } from './answer-schemas.js'
import { get, post } from './send.js'
import { HttpWorld, MAIL_TOKEN } from './world.js'

const REHEARSAL = { reason: 'a drill', expectedEpoch: 1, dryRun: true }
let world: HttpWorld

afterEach(() => world?.close())

async function open(more: MoreOperations): Promise<void> {
  world = await HttpWorld.open(more)
  await world.sync()
}

async function start(): Promise<string> {
  const { status, json } = await post(world, '/api/mirrors/backup/promote', REHEARSAL)
  expect(status).toBe(202)
  return (json as { jobId: string }).jobId
}

const job = async (id: string) => jobSchema.parse((await get(world, `/api/mirrors/jobs/${id}`)).json)
const isRefused = async (path: string, body: unknown) => (await post(world, path, body)).status

describe('a role change as a job', { timeout: 60_000 }, () => {
  it('runs on, and is told to have ended with the server when a signal stopped it', async () => {
    let signal: AbortSignal | undefined
    await open({
      promote: (_, __, stop) => {
        signal = stop
        return new Promise((_, reject) => stop.addEventListener('abort', () => reject(stop.reason)))
      },
    })
    const id = await start()
    expect(await job(id)).toMatchObject({ state: 'running', result: null })
    expect(signal?.aborted).toBe(false)
    await world.app.close()
    expect(signal?.aborted).toBe(true)
    const note = world.mirror.parts.store.notes.get('http-jobs') ?? ''
    expect(JSON.parse(note)).toMatchObject([{ id, state: 'failed' }])
  })

  it('tells code and remedy of a failure of ours, and of another one nothing but that it was', async () => {
    const failures = [
      new MirrorError('EPOCH_LOST', `somebody was faster than ${MAIL_TOKEN}`, { remedy: 'look again' }),
      new Error(`at ${MAIL_TOKEN}`),
    ]
    await open({ promote: () => Promise.reject(failures.shift()) })
    const [ours, other] = [await job(await start()), await job(await start())]
    expect(ours).toMatchObject({ state: 'failed', error: { code: 'EPOCH_LOST', remedy: 'look again' } })
    expect(other).toMatchObject({ state: 'failed', error: { message: 'internal error', remedy: null } })
    expect(JSON.stringify([ours, other])).not.toContain(MAIL_TOKEN)
  })

  it('of a process that has died is interrupted, never running for ever', async () => {
    await open({})
    const id = 'de4d0000-0000-4000-8000-000000000000'
    const entry = { id, kind: 'promote', atMs: 1, tickets: [], state: 'running', result: null, error: null }
    world.mirror.parts.store.notes.set('http-jobs', JSON.stringify([entry]))
    const { json } = await get(world, `/api/mirrors/jobs/${id}`)
    expect(json).toMatchObject({ jobId: id, state: 'interrupted' })
  })

  it('is refused beside the same request that runs under its key, and answered again after it', async () => {
    await open({})
    const headers = { 'idempotency-key': 'one' }
    const both = await Promise.all([1, 2].map(() => post(world, '/api/mirrors/backup/promote', REHEARSAL, headers)))
    expect(both.map(({ status }) => status).sort()).toEqual([202, 409])
    expect(world.asked).toHaveLength(1)
    const again = await post(world, '/api/mirrors/backup/promote', REHEARSAL, headers)
    expect(again.json).toEqual(both.find(({ status }) => status === 202)?.json)
    expect(world.asked).toHaveLength(1)
  })
})

describe('a fence that cannot be asked', { timeout: 60_000 }, () => {
  it('is said in the view, and stops what needs the epoch with a status of failure', async () => {
    await open({})
    await world.stand.close()
    expect(await isRefused('/api/mirrors/sentinel/hold', { forMinutes: 5, reason: 'x', expectedEpoch: 1 })).toBe(502)
    expect(await isRefused('/api/mirrors/backup/promote', REHEARSAL)).toBe(502)
    expect(world.asked).toEqual([])
    const view = viewSchema.parse((await get(world, '/api/mirrors')).json)
    expect(view.fence.problem).not.toBeNull()
    expect(JSON.stringify(view)).not.toContain(world.tokens[1])
  })
})

describe('an operation that the service does not have', { timeout: 60_000 }, () => {
  it('has no route, and the view says so', async () => {
    world = await HttpWorld.open(null)
    const urls = world.registered.map(({ url }) => url)
    for (const name of ['promote', 'demote', 'remove']) expect(urls).not.toContain(`/api/mirrors/:id/${name}`)
    const view = viewSchema.parse((await get(world, '/api/mirrors')).json)
    const no = { enabled: false, why: 'not offered here' }
    expect(view.mirrors[0]?.actions).toMatchObject({ promote: no, demote: no, remove: no, sync: { enabled: true } })
  })
})
