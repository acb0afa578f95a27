import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../src/index.js'
import { cycleOf } from './support/git-steps.js'
import { git, HOSTS, NODES, USERS, World } from './support/hosts.js'

const ANN = { 1: { name: 'Ann', paused: false } }
const table = (value: Json | undefined) => (value ?? {}) as JsonObject

/** Two hosts that both have Ann. */
async function pair(world: World) {
  const [a, b] = [world.host('amsterdam'), world.host('moscow')]
  world.write('amsterdam', USERS, ANN)
  await a.breathe()
  await b.breathe()
  return { a, b }
}

describe('two writers', () => {
  it('of different records: both are kept on both', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    world.write('amsterdam', USERS, { ...ANN, 2: { name: 'Bob' } })
    world.write('moscow', USERS, { ...ANN, 3: { name: 'Eve' } })
    for (const host of [a, b, a]) expect(await host.breathe()).toEqual({ inhale: true, exhale: true })
    const all = { ...ANN, 2: { name: 'Bob' }, 3: { name: 'Eve' } }
    expect([world.read('amsterdam', USERS), world.read('moscow', USERS)]).toEqual([all, all])
  })

  it('of one record, different fields: both are kept', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    world.write('amsterdam', USERS, { 1: { name: 'Anna', paused: false } })
    world.write('moscow', USERS, { 1: { name: 'Ann', paused: true } })
    for (const host of [a, b, a]) await host.breathe()
    expect(world.read('amsterdam', USERS)).toEqual({ 1: { name: 'Anna', paused: true } })
    expect(world.read('moscow', USERS)).toEqual(world.read('amsterdam', USERS))
  })

  it('of one field: the later wins on both, the earlier is in the history of both, no marker anywhere', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    world.write('amsterdam', USERS, { 1: { name: 'Anna', paused: false } })
    await a.exhale()
    world.write('moscow', USERS, { 1: { name: 'Anne', paused: false } })
    await b.exhale()
    for (const host of [b, a, b]) await host.breathe()
    for (const name of ['amsterdam', 'moscow']) {
      expect(world.read(name, USERS)).toEqual({ 1: { name: 'Anne', paused: false } })
      expect(readFileSync(world.path(name, USERS), 'utf8')).not.toMatch(/<<<<|>>>>/)
    }
    expect([a.getStats().conflicts, b.getStats().conflicts]).toEqual([0, 1])
    for (const host of [a, b]) {
      expect(host.history(USERS).map(({ pointer, value }) => [pointer, value])).toEqual([
        ['/1/name', 'Ann'],
        ['/1/name', 'Anna'],
      ])
    }
  })

  it('then silence: one write is one commit on each of five hosts, and no more', async () => {
    await using world = new World()
    const hosts = HOSTS.map((name) => world.host(name))
    const cycle = async () => {
      for (const host of hosts) expect(await host.breathe()).toEqual({ inhale: true, exhale: true })
    }
    const counts = () => HOSTS.map((name) => Number(git(world.hub, 'rev-list', '--count', `breath/${name}`)))
    world.write('amsterdam', USERS, ANN)
    await cycle()
    expect(counts()).toEqual([1, 1, 1, 1, 1])
    await hosts[0]?.update(USERS, () => ({ 1: { name: 'Anna' } }))
    for (let i = 0; i < 3; i++) await cycle()
    expect(counts()).toEqual([2, 2, 2, 2, 2])
  })

  it('a deleted record stays deleted, an absent file comes back', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    world.write('amsterdam', USERS, { ...ANN, 2: { name: 'Bob' } })
    for (const host of [a, b]) await host.breathe()
    world.write('moscow', USERS, ANN)
    for (const host of [b, a, b]) await host.breathe()
    expect(world.read('amsterdam', USERS)).toEqual(ANN)
    rmSync(world.path('moscow', USERS))
    await b.breathe()
    expect(world.read('moscow', USERS)).toEqual(ANN)
    expect(world.read('amsterdam', USERS)).toEqual(ANN)
  })

  it('a returning host with an old file adds what is new and beats nothing', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    await a.update(USERS, () => ({ 1: { name: 'Anna', paused: true } }))
    b.close()
    rmSync(world.path('moscow', '.montana-breathing'), { recursive: true })
    world.write('moscow', USERS, { ...ANN, 9: { name: 'Zoe' } })
    await world.host('moscow').breathe()
    await a.breathe()
    const all = { 1: { name: 'Anna', paused: true }, 9: { name: 'Zoe' } }
    expect([world.read('amsterdam', USERS), world.read('moscow', USERS)]).toEqual([all, all])
  })
})

describe('a commit', () => {
  it('says who, when and what in trailers, with a signature of 4412 characters', async () => {
    await using world = new World()
    const a = world.host('amsterdam', {}, { epoch: () => '524798' })
    const { stamp } = await a.update(USERS, () => ANN)
    const message = git(world.hub, 'log', '-1', '--format=%(trailers:unfold)', 'breath/amsterdam')
    expect(message).toContain('Montana-Node: amsterdam\nMontana-Epoch: 524798\n')
    expect(message).toContain(`Montana-Stamp: ${stamp}\n`)
    expect(message).toMatch(/^Montana-Manifest: [0-9a-f]{64}$/m)
    expect(/^Montana-Signature: (.*)$/m.exec(message)?.[1]).toHaveLength(4_412)
  })

  it('of two processes on one repository: one after the other, nothing lost', async () => {
    await using world = new World()
    const a = world.host('amsterdam')
    await a.update(USERS, () => ANN)
    const others = [cycleOf(world, 'amsterdam'), cycleOf(world, 'amsterdam')]
    const ids = [2, 3, 4, 5, 6]
    for (const id of ids) await a.update(USERS, (value) => ({ ...table(value), [id]: { id } }))
    expect(await Promise.all(others)).toEqual([0, 0])
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(Object.keys(table(world.read('amsterdam', USERS)))).toEqual(['1', ...ids.map(String)])
  })
})

describe('update', () => {
  it('resolves once the hub holds the write, with its stamp', async () => {
    await using world = new World()
    const { a } = await pair(world)
    const { stamp, commit } = await a.update(USERS, (value) => ({ ...table(value), 2: { name: 'Bob' } }))
    expect(stamp).toMatch(/^[0-9a-f]{16}-amsterdam$/)
    expect(git(world.hub, 'rev-parse', 'breath/amsterdam').trim()).toBe(commit)
    expect(a.getStats().acknowledged).toBe(stamp)
    expect(world.read('amsterdam', USERS)).toEqual({ ...ANN, 2: { name: 'Bob' } })
  })

  it('takes along what a program has just written to the file', async () => {
    await using world = new World()
    const { a } = await pair(world)
    world.write('amsterdam', USERS, { ...ANN, 2: { name: 'Bob' } })
    await a.update(USERS, (value) => ({ ...table(value), 3: { name: 'Eve' } }))
    expect(world.read('amsterdam', USERS)).toEqual({ ...ANN, 2: { name: 'Bob' }, 3: { name: 'Eve' } })
  })

  it('says when the write is kept here alone, and it goes out later', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    renameSync(world.hub, `${world.hub}.away`)
    const refused = a.update(USERS, (value) => ({ ...table(value), 2: { name: 'Bob' } }))
    await expect(refused).rejects.toMatchObject({ code: 'GIT_FAILED', metadata: { isKept: true } })
    expect(world.read('amsterdam', USERS)).toEqual({ ...ANN, 2: { name: 'Bob' } })
    renameSync(`${world.hub}.away`, world.hub)
    for (const host of [a, b]) expect(await host.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('moscow', USERS)).toEqual({ ...ANN, 2: { name: 'Bob' } })
  })

  it('is refused by the guards, and then changed nothing', async () => {
    await using world = new World()
    const { a } = await pair(world)
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, { name: `n${i}` }]))
    await a.update(USERS, () => many)
    const before = [a.head(), world.read('amsterdam', USERS)]
    await expect(a.update(USERS, () => ({}))).rejects.toMatchObject({ code: 'SHRINK_HELD' })
    await expect(a.update(USERS, (v) => ({ ...table(v), x: { token: 'y' } }))).rejects.toMatchObject({
      code: 'SECRET_FOUND',
    })
    await expect(a.update('other.json', () => 1)).rejects.toMatchObject({ code: 'PATH_FOREIGN' })
    await expect(a.update(USERS, () => undefined as unknown as Json)).rejects.toMatchObject({ code: 'JSON_INVALID' })
    expect([a.head(), world.read('amsterdam', USERS)]).toEqual(before)
    expect(await a.update(USERS, (value) => table(value))).toMatchObject({ stamp: null })
  })
})

describe('what a local change may be', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [i, { name: `n${i}` }]))
  const some = Object.fromEntries(Object.entries(many).slice(0, 28))

  it('30 % of the records gone: held, the last good version stays published, others go on', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    await a.update(USERS, () => many)
    world.write('amsterdam', USERS, some)
    world.write('amsterdam', NODES, { x: { alias: 'y' } })
    expect(await a.breathe()).toEqual({ inhale: true, exhale: false })
    expect(a.getStats().lastError).toMatchObject({ code: 'SHRINK_HELD', message: expect.stringContaining('12 of 40') })
    expect((await a.status()).held).toMatchObject([{ path: USERS, code: 'SHRINK_HELD' }])
    await b.breathe()
    expect(world.read('moscow', USERS)).toEqual(many)
    expect(world.read('moscow', NODES)).toEqual({ x: { alias: 'y' } })
    expect(world.read('amsterdam', USERS)).toEqual(some)
  })

  it('resolve --accept publishes it, --drop takes it back and keeps it aside', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    await a.update(USERS, () => many)
    world.write('amsterdam', USERS, some)
    expect(await a.exhale()).toBe(false)
    await a.resolve(USERS, { drop: true })
    expect(world.read('amsterdam', USERS)).toEqual(many)
    const aside = join(world.path('amsterdam', '.montana-breathing/dropped'), encodeURIComponent(USERS))
    expect(JSON.parse(readFileSync(aside, 'utf8'))).toEqual(some)
    world.write('amsterdam', USERS, some)
    await a.resolve(USERS, { accept: true })
    expect(await a.exhale()).toBe(true)
    await b.breathe()
    expect(world.read('moscow', USERS)).toEqual(some)
  })

  it('resolve --take NODE makes the version of that host everybody’s', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    await b.update(USERS, () => ({ 1: { name: 'of moscow' } }))
    world.write('amsterdam', USERS, '{"broken')
    expect(await a.breathe()).toEqual({ inhale: true, exhale: false })
    await a.resolve(USERS, { take: 'moscow' })
    expect(world.read('amsterdam', USERS)).toEqual({ 1: { name: 'of moscow' } })
    await expect(a.resolve(USERS, { take: 'spb' })).rejects.toMatchObject({ code: 'REF_FOREIGN' })
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
  })

  it.each([
    ['half-written', '{\n  "1": {\n    "name": "An'],
    ['empty', ''],
    ['full of markers', '<<<<<<< HEAD\n{"1":{}}\n=======\n{"2":{}}\n>>>>>>> theirs\n'],
  ])('a %s file is never published, never {}, and heals by itself', async (_, text) => {
    await using world = new World()
    const { a, b } = await pair(world)
    world.write('amsterdam', USERS, text)
    expect(await a.breathe()).toEqual({ inhale: true, exhale: false })
    expect(a.getStats().lastError).toMatchObject({ code: 'JSON_INVALID', message: expect.stringContaining(USERS) })
    await b.breathe()
    expect(world.read('moscow', USERS)).toEqual(ANN)
    expect(a.read(USERS)).toEqual(ANN)
    world.write('amsterdam', USERS, { 1: { name: 'Anna', paused: false } })
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
  })

  it('a secret-looking string is never pushed, and never named', async () => {
    await using world = new World()
    const { a, b } = await pair(world)
    const secret = 'sk-abcdefghijklmnopqrstuvwxyz0123'
    world.write('amsterdam', USERS, { 1: { name: secret, paused: false } })
    expect(await a.breathe()).toEqual({ inhale: true, exhale: false })
    const { lastError } = a.getStats()
    expect(lastError).toMatchObject({ code: 'SECRET_FOUND', message: expect.stringContaining('openai-key') })
    expect(lastError?.message).not.toContain(secret)
    expect(everyObjectOf(world.hub)).not.toContain(secret)
    expect(everyObjectOf(world.path('amsterdam', '.montana-breathing/repository.git'))).not.toContain(secret)
    await b.breathe()
    expect(world.read('moscow', USERS)).toEqual(ANN)
  })

  it('a stray staged file in the clone of the user is not swept in', async () => {
    await using world = new World()
    const repo = world.clone('amsterdam')
    writeFileSync(join(repo, '.env'), 'TELEGRAM_TOKEN=1')
    git(repo, 'add', '-f', '.env')
    world.write('amsterdam', USERS, ANN)
    const a = world.host('amsterdam', { remote: 'origin' })
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(git(world.hub, 'ls-tree', '-r', '--name-only', 'breath/amsterdam')).not.toContain('.env')
    expect(git(repo, 'status', '--porcelain')).toContain('A  .env')
  })

  it.each([
    ['a link', linkTo],
    ['a folder', (_: string, path: string) => mkdirSync(path)],
  ])('%s in the place of a synced file is refused', async (_, make) => {
    await using world = new World()
    const a = world.host('amsterdam')
    mkdirSync(world.path('amsterdam', 'data'), { recursive: true })
    writeFileSync(join(world.folder, 'outside.json'), '{"1":{"name":"outside"}}')
    make(join(world.folder, 'outside.json'), world.path('amsterdam', USERS))
    expect((await a.breathe()).exhale).toBe(false)
    expect(a.getStats().lastError).toMatchObject({ code: 'PATH_FOREIGN', message: expect.stringContaining(USERS) })
    expect(everyObjectOf(world.hub)).not.toContain('outside')
  })

  it('a folder that is a link out of the repository is refused', async () => {
    await using world = new World()
    const a = world.host('amsterdam')
    mkdirSync(join(world.folder, 'elsewhere'))
    writeFileSync(join(world.folder, 'elsewhere', 'users.json'), '{"1":{"name":"outside"}}')
    linkTo(join(world.folder, 'elsewhere'), world.path('amsterdam', 'data'))
    expect((await a.breathe()).exhale).toBe(false)
    expect(a.getStats().lastError).toMatchObject({ code: 'PATH_FOREIGN' })
  })

  it('more than 5 MiB is refused before it is read', async () => {
    await using world = new World()
    const a = world.host('amsterdam')
    world.write('amsterdam', USERS, `{"1":"${'x '.repeat(3 * 1024 * 1024)}"}`)
    expect((await a.breathe()).exhale).toBe(false)
    expect(a.getStats().lastError).toMatchObject({ code: 'TOO_LARGE' })
  })
})

function linkTo(target: string, path: string): void {
  symlinkSync(target, path)
}

/** The text of everything that a repository holds, reachable or not. */
function everyObjectOf(repository: string): string {
  return git(repository, 'cat-file', '--batch-all-objects', '--batch', '--buffer')
}
