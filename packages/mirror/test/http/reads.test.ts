import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { historySchema, jobSchema, targetSchema, viewSchema } from './answer-schemas.js'
import { leakOf, plantLeak } from './leak.js'
import { removeReport, roleReport } from './reports.js'
import { get, hostOf, post, send } from './send.js'
import { HttpWorld, MAIL_TOKEN, TOKEN, WEBHOOK } from './world.js'

let world: HttpWorld

beforeAll(async () => {
  world = await HttpWorld.open()
  await world.sync()
}, 120_000)
afterAll(() => world?.close())

/** Its answer by the schema, which knows no field more. */
async function read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const { status, headers, json } = await get(world, path)
  expect(status).toBe(200)
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  return schema.parse(json)
}

describe('what can be read', () => {
  it('is the view of all mirrors', async () => {
    const view = await read('/api/mirrors', viewSchema)
    expect(view).toMatchObject({
      enabled: true,
      self: { repo: 'first/continuity', role: 'MASTER', label: 'Primary', acts: true },
      fence: { where: 'backup', epoch: 1, state: 'active', problem: null, paused: false },
      twoWriters: null,
      queue: { pending: 0, running: 0, blocked: 0 },
    })
    expect(view.mirrors.map(({ id, type, target }) => [id, type, target])).toEqual([
      ['backup', 'github', 'second/continuity'],
      ['archive', 'git', null],
    ])
    expect(view.mirrors[0]?.layers.code).toMatchObject({ status: 'ok', lagCommits: 0, lagMs: 0, error: null })
    expect(view.mirrors[0]?.layers.secrets).toMatchObject({ status: 'ok', synced: 1, total: 1 })
    expect(view.mirrors[1]?.layers).toMatchObject({ code: { status: 'ok' }, secrets: { status: 'off' } })
  })

  it('is one target with its refs and jobs', async () => {
    const target = await read('/api/mirrors/backup', targetSchema)
    expect(target.refs).toMatchObject([{ ref: 'refs/heads/main', outcome: 'created', before: null }])
    expect(target.jobs.map(({ layer, state }) => [layer, state])).toContainEqual(['code', 'idle'])
  })

  it('is the history, page by page', async () => {
    const { attempts } = await read('/api/mirrors/backup/history', historySchema)
    expect(attempts.length).toBeGreaterThan(3)
    const first = await read('/api/mirrors/backup/history?limit=1', historySchema)
    const rest = await read(`/api/mirrors/backup/history?before=${first.attempts[0]?.id}&limit=200`, historySchema)
    expect([...first.attempts, ...rest.attempts]).toEqual(attempts)
  })

  it.each([
    ['/api/mirrors/nobody', 404],
    ['/api/mirrors/nobody/history', 404],
    ['/api/mirrors/jobs/nothing', 404],
    ['/api/mirrors/backup/history?limit=0', 422],
    ['/api/mirrors/backup/history?limit=201', 422],
    ['/api/mirrors/backup/history?before=-1', 422],
    ['/api/mirrors/backup/history?before=1&before=2', 422],
    ['/api/mirrors/backup/history?x=1', 422],
    ['/api/mirrors?x=1', 422],
    ['/api/mirrors/backup?x=1', 422],
    ['/api/mirrors/jobs/nothing?x=1', 422],
    ['/api/mirrors/events?x=1', 422],
    ['/api/mirrors/events?lastEventId=1', 422],
  ])('%s is %d', async (path, expected) => {
    const { status, json } = await get(world, path)
    expect(status).toBe(expected)
    expect(json).toMatchObject({ error: { code: expect.any(String), remedy: expect.any(String) } })
  })

  it('is read by nobody under a foreign name or for the page of another site', async () => {
    const host = hostOf(world)
    const urls = world.registered.filter(({ method }) => method === 'GET').map(({ url }) => url)
    expect(urls.length).toBeGreaterThan(4)
    const foreign = [
      { host: 'attacker.example' },
      { host, origin: 'https://attacker.example' },
      { host, 'sec-fetch-site': 'cross-site' },
    ]
    for (const url of urls)
      for (const headers of foreign) expect((await send(world, url, { headers })).status, url).toBe(403)
  })

  it('is read by a person who types the address, and under each name of loopback', async () => {
    const port = hostOf(world).split(':')[1]
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
      const headers = { host: `${name}:${port}`, 'sec-fetch-site': 'none' }
      expect((await send(world, '/api/mirrors', { headers })).status, name).toBe(200)
    }
  })
})

describe('a job', () => {
  it('is found by its id until its layers are done, also after its client has left', async () => {
    const { status, json } = await post(world, '/api/mirrors/sync', { layers: ['code', 'workflows'] })
    expect(status).toBe(202)
    const { jobId } = z.strictObject({ jobId: z.uuid() }).parse(json)
    const before = await read(`/api/mirrors/jobs/${jobId}`, jobSchema)
    expect(before).toMatchObject({ jobId, kind: 'sync', state: 'pending', error: null })
    expect(before.layers.map(({ mirror, layer }) => `${mirror} ${layer}`).sort()).toEqual([
      'archive code',
      'backup code',
      'backup workflows',
    ])
    await world.mirror.sync(new AbortController().signal)
    expect(await read(`/api/mirrors/jobs/${jobId}`, jobSchema)).toMatchObject({ state: 'done' })
  }, 60_000)

  it('of one target asks for its layers only', async () => {
    const { json } = await post(world, '/api/mirrors/backup/sync', { layers: ['variables'] })
    const { jobId } = json as { jobId: string }
    const { layers } = await read(`/api/mirrors/jobs/${jobId}`, jobSchema)
    expect(layers.map(({ mirror, layer }) => [mirror, layer])).toEqual([['backup', 'variables']])
  })

  it('is the same one for the same Idempotency-Key, and another request under it is refused', async () => {
    const headers = { 'idempotency-key': 'once-1' }
    const first = await post(world, '/api/mirrors/backup/sync', { layers: ['code'] }, headers)
    expect((await post(world, '/api/mirrors/backup/sync', { layers: ['code'] }, headers)).json).toEqual(first.json)
    const other = await post(world, '/api/mirrors/archive/sync', { layers: ['code'] }, headers)
    expect([other.status, other.json]).toMatchObject([422, { error: { code: 'KEY_REUSED' } }])
    expect((await post(world, '/api/mirrors/backup/sync', { layers: ['code'] })).json).not.toEqual(first.json)
  })

  it('of a role change has its result; one that is no dry run needs the typed name', async () => {
    const body = { reason: 'a drill', expectedEpoch: 1, dryRun: false }
    for (const confirm of [undefined, 'second', 'first/continuity', 'SECOND/continuity']) {
      const sent = await post(world, '/api/mirrors/backup/promote', { ...body, confirm })
      expect([sent.status, sent.json]).toMatchObject([422, { error: { code: 'FIELD_INVALID', field: 'confirm' } }])
    }
    expect(world.asked).toEqual([])
    const sent = await post(world, '/api/mirrors/backup/promote', { ...body, confirm: 'second/continuity' })
    expect(sent.status).toBe(202)
    const { jobId } = sent.json as { jobId: string }
    const asked = { reason: 'a drill', expectedEpoch: 1, dryRun: false, force: false, drained: false }
    expect(world.asked).toEqual([['promote', 'backup', asked]])
    const done = { kind: 'promote', state: 'done', result: roleReport('backup'), layers: [] }
    expect(await read(`/api/mirrors/jobs/${jobId}`, jobSchema)).toMatchObject(done)
  })

  it('never promotes an archive, nor demotes where there is no temporary primary', async () => {
    const body = { reason: 'a drill', expectedEpoch: 1, dryRun: true }
    const archive = await post(world, '/api/mirrors/archive/promote', body)
    expect([archive.status, archive.json]).toMatchObject([409, { error: { code: 'NOT_PROMOTABLE' } }])
    const demote = await post(world, '/api/mirrors/backup/demote', body)
    expect([demote.status, demote.json]).toMatchObject([409, { error: { code: 'PRECONDITION' } }])
  })
})

describe('a removal', () => {
  it('lists what would go without the typed name, and goes only with it', async () => {
    const before = world.asked.length
    const listed = await post(world, '/api/mirrors/archive/remove', { withdraw: [], dryRun: true })
    expect([listed.status, listed.json]).toEqual([200, { wouldGo: removeReport('archive') }])
    for (const [id, confirm] of [
      ['archive', 'second/continuity'],
      ['archive', undefined],
      ['backup', 'backup'],
    ]) {
      const sent = await post(world, `/api/mirrors/${id}/remove`, { withdraw: ['variables'], confirm })
      expect([sent.status, sent.json]).toMatchObject([422, { error: { field: 'confirm' } }])
    }
    const sent = await post(world, '/api/mirrors/archive/remove', { withdraw: [], confirm: 'archive' })
    const { jobId } = sent.json as { jobId: string }
    expect(await read(`/api/mirrors/jobs/${jobId}`, jobSchema)).toMatchObject({ kind: 'remove', state: 'done' })
    expect(world.asked.slice(before)).toEqual([
      ['remove', 'archive', { withdraw: [], dryRun: true, reason: 'asked for on the page' }],
      ['remove', 'archive', { withdraw: [], dryRun: false, reason: 'asked for on the page' }],
    ])
  })
})

describe('what is done at once', () => {
  it('is a test of every permission', async () => {
    const { status, json } = await post(world, '/api/mirrors/test', { id: 'backup' })
    expect(status).toBe(200)
    const check = z.looseObject({ name: z.string(), needed: z.unknown(), granted: z.unknown() })
    const { checks } = z.strictObject({ id: z.literal('backup'), checks: z.array(check).min(3) }).parse(json)
    expect(checks.map(({ granted }) => granted)).not.toContain(false)
  })

  it('is a hold of the sentinel in the fence, and its end', async () => {
    const body = { forMinutes: 30, reason: 'maintenance', expectedEpoch: 1 }
    const held = await post(world, '/api/mirrors/sentinel/hold', body)
    const { holdUntilMs } = z.strictObject({ holdUntilMs: z.number() }).parse(held.json)
    expect((await read('/api/mirrors', viewSchema)).fence.holdUntilMs).toBe(holdUntilMs)
    expect((await post(world, '/api/mirrors/sentinel/hold', { ...body, forMinutes: 0 })).status).toBe(200)
    expect((await read('/api/mirrors', viewSchema)).fence.holdUntilMs).toBeNull()
    const actions = world.mirror.parts.store.audit.latest(2).map(({ action, reason }) => [action, reason])
    expect(actions).toEqual(expect.arrayContaining([['hold', 'maintenance']]))
  })

  it('is the end of a pause; without one it is refused', async () => {
    const { store } = world.mirror.parts
    const body = { reason: 'the reset is over', expectedEpoch: 1 }
    expect((await post(world, '/api/mirrors/backup/resume', body)).status).toBe(409)
    store.setPaused('a reset')
    expect((await post(world, '/api/mirrors/backup/sync', { layers: ['code'] })).status).toBe(409)
    expect((await post(world, '/api/mirrors/backup/resume', body)).status).toBe(200)
    expect(store.isPaused()).toBe(false)
  })

  it('is the loss of a rescue ref whose target is typed', async () => {
    const { store } = world.mirror.parts
    const ref = 'refs/heads/rescue/main/20260301T000000Z'
    const tip = (await world.replica.refs()).get('refs/heads/main') ?? ''
    await world.updateRef(ref, tip)
    const wrong = await post(world, '/api/mirrors/backup/rescue/drop', { ref, confirm: 'archive' })
    expect(wrong.status).toBe(422)
    expect((await world.replica.refs()).has(ref)).toBe(true)
    expect((await post(world, '/api/mirrors/backup/rescue/drop', { ref, confirm: 'backup' })).status).toBe(200)
    expect((await world.replica.refs()).has(ref)).toBe(false)
    expect(store.audit.latest(1)[0]?.detail).toContain(tip)
  })
})

describe('no answer', () => {
  it('holds a secret, a path of this host or a fingerprint of a secret, also where an error text had one', async () => {
    const { store } = world.mirror.parts
    plantLeak(world)
    const leak = leakOf(world)
    const unknown = await post(world, '/api/mirrors/sync', { layers: [leak] })
    const key = await post(world, '/api/mirrors/sync', { [leak]: 1 })
    const paths = ['', '/backup', '/archive', '/backup/history', '/archive/history', `/${encodeURIComponent(TOKEN)}`]
    const read = await Promise.all(paths.map((path) => get(world, `/api/mirrors${path}`)))
    const test = await post(world, '/api/mirrors/test', { id: 'archive' })
    const all = [...read, unknown, key, test].map(({ text, headers }) => `${text}${JSON.stringify(headers)}`).join('\n')
    expect(all).toContain('TARGET_AUTH')
    const macs = store.owned.all('backup', 'secret').map(({ mac }) => mac)
    expect(macs.length).toBeGreaterThan(0)
    const digests = [MAIL_TOKEN, TOKEN].map((value) => createHash('sha256').update(value).digest('hex'))
    const hidden = [
      MAIL_TOKEN,
      TOKEN,
      WEBHOOK,
      world.root,
      '/etc/montana',
      '/tmp/',
      ...world.tokens,
      ...macs,
      ...digests,
    ]
    expect(hidden.filter((text) => all.includes(text))).toEqual([])
  })
})
