import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { startSshd, whyNoSshd } from '@montana/github-stand'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type ManagedMirror, manageMirror } from '../../src/http/managed.js'
import { git } from '../push/support/repositories.js'
import { ALL_PERMISSIONS, clockOf } from '../support/on-stand.js'
import { jobSchema, viewSchema } from './answer-schemas.js'
import { hostOf, ownHeaders, post, get as read, send } from './send.js'
import { HttpWorld, TOKEN } from './world.js'

const NEW = 'third/continuity'
const testedSchema = z.strictObject({
  checks: z.array(
    z.strictObject({
      name: z.string(),
      needed: z.string(),
      granted: z.union([z.boolean(), z.literal('unknown')]),
      remedy: z.string().nullable(),
    }),
  ),
  testedAs: z.string().nullable(),
})

let world: HttpWorld
let managed: ManagedMirror
let token: string

/** A primary with two mirrors, whose page may add a third. */
beforeEach(async () => {
  world = await HttpWorld.open((own) => {
    const clock = clockOf(own.stand)
    const place = { envFile: own.envFile, environment: {}, dataFolder: join(own.root, 'data'), apiUrl: own.stand.url }
    const pace = { retryUnitMs: 1, writeSpacingMs: 0 }
    managed = manageMirror(own.mirror, { ...place, clock, pace, pollMs: 5, againMs: 50 })
    // Its parts change: they are read from the mirror each time.
    const { parts: _, ...more } = managed.service
    return more
  })
  await world.stand.createRepository({ owner: 'third', name: 'continuity' })
  token = world.stand.createToken({ account: 'third', permissions: ALL_PERMISSIONS })
}, 60_000)
afterEach(async () => {
  await managed?.stop()
  await world?.close()
})

const github = (more: object = {}) => {
  return {
    type: 'github',
    name: 'other',
    repo: NEW,
    apiUrl: world.stand.url,
    credential: { kind: 'token', token },
    ...more,
  }
}
const archive = (url: string, more: object = {}) => ({
  type: 'git',
  name: 'other',
  url,
  credential: { kind: 'none' },
  ...more,
})

async function tested(candidate: object) {
  const { status, json } = await post(world, '/api/mirrors/test', { candidate })
  expect(status, JSON.stringify(json)).toBe(200)
  return testedSchema.parse(json)
}

async function saved(candidate: object, testedAs: string | null) {
  const { status, json } = await post(world, '/api/mirrors', { candidate, testedAs })
  expect(status, JSON.stringify(json)).toBe(202)
  const { jobId } = json as { jobId: string }
  const look = async () => jobSchema.parse((await read(world, `/api/mirrors/jobs/${jobId}`)).json)
  await expect.poll(async () => (await look()).state, { timeout: 30_000 }).not.toBe('running')
  return await look()
}

const view = async () => viewSchema.parse((await read(world, '/api/mirrors')).json)
const env = () => readFileSync(world.envFile, 'utf8')
const stored = () => {
  const folder = join(world.root, 'data', 'credentials')
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

describe('a new mirror', { timeout: 60_000 }, () => {
  it('is tried with every permission, and nothing of it stays', async () => {
    const before = env()
    const { checks, testedAs } = await tested(github())
    expect(checks.map(({ name, granted }) => [name, granted])).toContainEqual(['Secrets', true])
    expect(testedAs).toMatch(/^[0-9a-f]{64}$/)
    expect([env(), stored()]).toEqual([before, []])
    expect((await view()).mirrors).toHaveLength(2)
  })

  it('that lacks a permission says which, and is not saved', async () => {
    const { secrets: _, ...permissions } = ALL_PERMISSIONS
    const weak = world.stand.createToken({ account: 'third', permissions })
    const candidate = github({ credential: { kind: 'token', token: weak } })
    const { checks, testedAs } = await tested(candidate)
    expect(testedAs).toBeNull()
    expect(checks.find(({ name }) => name === 'Secrets')).toMatchObject({
      granted: false,
      remedy: expect.stringContaining('Secrets'),
    })
    const job = await saved(candidate, 'a'.repeat(64))
    expect(job).toMatchObject({ kind: 'add', state: 'failed', error: { code: 'TARGET_FORBIDDEN' } })
    expect([env().includes('MIRROR_3'), stored()]).toEqual([false, []])
    expect(JSON.stringify(job)).not.toContain(weak)
  })

  it('is saved with its token in a file of its own, shown at once and synced by the worker of the page', async () => {
    const { testedAs } = await tested(github())
    const job = await saved(github(), testedAs)
    expect(job, JSON.stringify(job)).toMatchObject({ state: 'done', result: { id: 'other', slot: 3, note: null } })
    expect(env()).toContain(`MIRROR_3_REPO=${NEW}`)
    expect(env()).not.toContain(token)
    expect(stored()).toEqual(['slot-3'])
    expect(statSync(join(world.root, 'data', 'credentials', 'slot-3')).mode & 0o777).toBe(0o600)
    expect((await view()).mirrors.map(({ id }) => id)).toEqual(['backup', 'archive', 'other'])
    expect((await post(world, '/api/mirrors/other/sync', { layers: ['code'] })).status).toBe(202)
    const target = world.stand.repository(NEW)
    await expect.poll(() => target.variables.get('MIRROR_ROLE'), { timeout: 30_000 }).toBe('SLAVE')
    await expect.poll(async () => (await view()).mirrors.at(-1)?.layers.code.status, { timeout: 30_000 }).toBe('ok')
    expect(git(target.path, 'rev-parse', 'main')).toBe(git(world.source, 'rev-parse', 'main'))
    expect(JSON.stringify(await view())).not.toContain(token)
  })

  it('is what was tested, or it is not saved', async () => {
    const { testedAs } = await tested(github())
    const other = world.stand.createToken({ account: 'third', permissions: ALL_PERMISSIONS })
    const job = await saved(github({ credential: { kind: 'token', token: other } }), testedAs)
    expect(job).toMatchObject({
      state: 'failed',
      error: { code: 'PRECONDITION', message: 'this is not what was tested' },
    })
    const renamed = await saved(github({ name: 'renamed' }), testedAs)
    expect(renamed).toMatchObject({ state: 'done', result: { id: 'renamed' } })
  })

  it('is no target that is there already, and not the primary itself', async () => {
    const again = github({
      name: 'again',
      repo: 'second/continuity',
      credential: { kind: 'token', token: world.tokens[1] },
    })
    expect(await saved(again, (await tested(again)).testedAs)).toMatchObject({
      error: { code: 'PRECONDITION', message: 'backup goes there already' },
    })
    const own = github({ name: 'own', repo: 'first/continuity', credential: { kind: 'token', token: world.tokens[0] } })
    expect(await saved(own, (await tested(own)).testedAs)).toMatchObject({ error: { code: 'TARGET_IS_PRIMARY' } })
    expect([env().includes('MIRROR_3'), stored()]).toEqual([false, []])
  })

  it('that is wrong is refused with the key at fault', async () => {
    const name = github({ name: 'backup' })
    const { status, json } = await post(world, '/api/mirrors/test', { candidate: name })
    expect([status, json]).toMatchObject([422, { error: { code: 'CONFIG_INVALID', field: 'MIRROR_3_NAME' } }])
    const absent = await post(world, '/api/mirrors/test', { candidate: github({ repo: 'third/nothing' }) })
    expect([absent.status, JSON.stringify(absent.json).includes(token)]).toEqual([200, false])
  })

  it('takes its stored credential along when it is removed', async () => {
    await saved(github(), (await tested(github())).testedAs)
    const { json } = await post(world, '/api/mirrors/other/remove', { withdraw: [], reason: 'moved', confirm: NEW })
    const { jobId } = json as { jobId: string }
    const look = async () => jobSchema.parse((await read(world, `/api/mirrors/jobs/${jobId}`)).json).state
    await expect.poll(look, { timeout: 30_000 }).toBe('done')
    expect([env().includes('MIRROR_3'), stored()]).toEqual([false, []])
    expect((await view()).mirrors.map(({ id }) => id)).toEqual(['backup', 'archive'])
  })
})

describe('an archive over ssh', { timeout: 60_000 }, () => {
  it.skipIf(whyNoSshd() !== undefined)('gets a key of its own and a host that somebody has compared', async () => {
    const archives = join(world.root, 'archives')
    git(world.root, 'init', '--quiet', '--bare', '--initial-branch=main', join(archives, 'continuity.git'))
    const ssh = await startSshd({ root: archives, folder: join(world.root, 'sshd') })
    onTestFinished(() => ssh.close())
    const url = ssh.url('continuity.git')
    const made = await post(world, '/api/mirrors/ssh/key', {})
    const { keyId, publicKey } = made.json as { keyId: string; publicKey: string }
    expect(publicKey).toMatch(/^ssh-ed25519 \S+ montana-mirror$/)
    const shown = await post(world, '/api/mirrors/ssh/hosts', { url })
    const { hostKeys } = shown.json as { hostKeys: { fingerprint: string }[] }
    const fingerprints = hostKeys.map(({ fingerprint }) => fingerprint)
    expect(fingerprints[0]).toMatch(/^SHA256:/)
    const credential = { kind: 'ssh', keyId, hostKeys: fingerprints }
    const foreign = { ...credential, hostKeys: [`SHA256:${'A'.repeat(43)}`] }
    const refused = await post(world, '/api/mirrors/test', { candidate: archive(url, { credential: foreign }) })
    expect([refused.status, refused.json]).toMatchObject([409, { error: { code: 'HOST_KEY_CHANGED' } }])
    // The server knows another key only: what it says is shown, and the private part in no answer.
    const { checks, testedAs } = await tested(archive(url, { credential }))
    expect([checks[0]?.granted, testedAs]).toEqual([false, null])
    expect(JSON.stringify([made.json, checks])).not.toContain('PRIVATE')
    expect(stored()).toEqual([`ssh-${keyId}`])
  })

  it('has an address that is one', async () => {
    const urls = ['ssh://-oProxyCommand=x/y', 'https://host.example/x']
    const sent = await Promise.all(urls.map((url) => post(world, '/api/mirrors/ssh/hosts', { url })))
    expect(sent.map(({ status }) => status)).toEqual([422, 422])
  })
})

describe('what may add a mirror', { timeout: 60_000 }, () => {
  const PATHS = ['/api/mirrors', '/api/mirrors/ssh/key', '/api/mirrors/ssh/hosts', '/api/mirrors/test']
  const bodies = (): Record<string, object> => ({
    '/api/mirrors': { candidate: github(), testedAs: 'a'.repeat(64) },
    '/api/mirrors/ssh/key': {},
    '/api/mirrors/ssh/hosts': { url: 'ssh://host.example/x' },
    '/api/mirrors/test': { candidate: github() },
  })

  it.each(PATHS)(
    '%s takes the token, our own page and known fields only, and changes nothing otherwise',
    async (path) => {
      const before = [env(), stored()]
      const body = bodies()[path]
      const ask = async (headers: object, sent: unknown = body) => {
        const { status } = await send(world, path, {
          method: 'POST',
          headers: { ...ownHeaders(world), ...headers },
          body: sent,
        })
        return status
      }
      expect(await ask({ authorization: `Bearer ${TOKEN}x` })).toBe(401)
      expect(await ask({ origin: 'https://attacker.example' })).toBe(403)
      expect(await ask({ 'sec-fetch-site': 'cross-site' })).toBe(403)
      expect(await ask({ host: 'attacker.example', origin: 'http://attacker.example' })).toBe(403)
      expect(await ask({ 'content-type': 'text/plain' })).toBe(415)
      expect(await ask({}, { ...body, mode: 'leader' })).toBe(422)
      expect(await ask({}, JSON.stringify({ ...body, filler: 'x'.repeat(64 * 1024) }))).toBe(413)
      for (const method of ['PUT', 'PATCH', 'DELETE'])
        expect((await send(world, path, { method, headers: ownHeaders(world) })).status, method).toBe(405)
      expect([env(), stored()]).toEqual(before)
    },
  )

  it('is refused with a wrong candidate, which is not repeated', async () => {
    const wrongs: readonly object[] = [
      { type: 'gitlab' },
      { repo: '../..' },
      { repo: 'a/b/c' },
      { apiUrl: 'http://host.example' },
      { credential: { kind: 'token', token: 'a b' } },
      { credential: { kind: 'ssh', keyId: '0'.repeat(16), hostKeys: [] } },
      { credential: { kind: 'app', appId: 'x', privateKey: 'y' } },
      { slot: 7 },
    ]
    for (const wrong of wrongs) {
      const { status, json, text } = await post(world, '/api/mirrors/test', { candidate: { ...github(), ...wrong } })
      expect([status, json], JSON.stringify(wrong)).toMatchObject([422, { error: { code: 'FIELD_INVALID' } }])
      expect(text).not.toContain(token)
    }
  })

  it('GET of the same path is the view', async () => {
    const { status, json } = await send(world, '/api/mirrors', { headers: { host: hostOf(world) } })
    expect([status, viewSchema.parse(json).offers]).toEqual([200, { add: true, ssh: true, hold: true }])
  })
})
