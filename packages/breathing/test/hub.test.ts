import { getEventListeners } from 'node:events'
import { existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BreathAlarm, JsonObject } from '../src/index.js'
import { git, modulesOf, USERS, World } from './support/hosts.js'

const ANN = { 1: { name: 'Ann' } }

describe('the hub', () => {
  it('away and back: no false success meanwhile, one commit for all of it afterwards', async () => {
    await using world = new World()
    const [a, b] = [world.host('amsterdam'), world.host('moscow')]
    await a.update(USERS, () => ANN)
    renameSync(world.hub, `${world.hub}.away`)
    for (const id of [2, 3, 4]) {
      world.write('amsterdam', USERS, { ...(world.read('amsterdam', USERS) as JsonObject), [id]: { name: `n${id}` } })
      expect(await a.breathe()).toEqual({ inhale: false, exhale: false })
    }
    expect(a.getStats()).toMatchObject({ inhaleFailed: 3, exhaleFailed: 3 })
    expect(a.getStats().unpushedAgeMs).toBeGreaterThan(0)
    expect(a.lagMs().moscow).toBeGreaterThan(0)
    renameSync(`${world.hub}.away`, world.hub)
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(git(world.hub, 'rev-list', '--count', 'breath/amsterdam').trim()).toBe('2')
    await b.breathe()
    await a.inhale()
    expect(Object.keys(world.read('moscow', USERS) as JsonObject)).toEqual(['1', '2', '3', '4'])
    expect(a.lagMs().moscow).toBe(0)
  })

  it('that takes the push and then does not answer: not a success', async () => {
    await using world = new World()
    const program = join(world.folder, 'no-read-back')
    writeFileSync(program, '#!/bin/sh\ncase " $* " in *" ls-remote "*) exit 1;; esac\nexec git "$@"\n', { mode: 0o755 })
    const a = world.host('amsterdam', { git: program })
    world.write('amsterdam', USERS, ANN)
    expect(await a.exhale()).toBe(false)
    expect(git(world.hub, 'rev-parse', 'breath/amsterdam').trim()).toBe(a.head())
  })

  it('found by the name of a remote of the clone', async () => {
    await using world = new World()
    world.clone('amsterdam')
    const a = world.host('amsterdam', { remote: 'origin' })
    world.write('amsterdam', USERS, ANN)
    expect(await a.exhale()).toBe(true)
    const b = world.host('moscow', { remote: 'origin' })
    expect(await b.inhale()).toBe(false)
    expect(b.getStats().lastError?.message).toMatch(/no remote 'origin'/)
  })

  it('that accepts and never answers costs the git timeout, and no more', async () => {
    await using world = new World()
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const remote = `git://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`
    const a = world.host('amsterdam', { remote, gitTimeoutMs: 1_000 })
    world.write('amsterdam', USERS, ANN)
    const startMs = performance.now()
    expect(await a.breathe()).toEqual({ inhale: false, exhale: false })
    expect(performance.now() - startMs).toBeLessThan(6_000)
    expect(a.getStats().lastError?.message).toMatch(/Timeout/)
    server.close()
  })

  it('waited for is left at once when the caller stops, which is no failure, and no listener stays', async () => {
    await using world = new World()
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const a = world.host('amsterdam', { remote: `git://127.0.0.1:${(server.address() as AddressInfo).port}/x.git` })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 500)
    const startMs = performance.now()
    expect(await a.inhale(controller.signal)).toBe(false)
    expect(performance.now() - startMs).toBeLessThan(3_000)
    expect(a.getStats()).toMatchObject({ inhaleTotal: 0, inhaleFailed: 0, lastError: null })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    server.close()
  })

  it('with a password in its URL is refused, and the password is not repeated', async () => {
    await using world = new World()
    const url = 'https://user:hunter2@example.invalid/x.git'
    expect(() => world.host('amsterdam', { remote: url })).toThrow(/^(?!.*hunter2).*remote: carries/)
    git(world.clone('moscow'), 'remote', 'set-url', 'origin', url)
    const b = world.host('moscow', { remote: 'origin' })
    expect(await b.inhale()).toBe(false)
    expect(b.getStats().lastError).toMatchObject({
      code: 'SECRET_FOUND',
      message: expect.not.stringContaining('hunter2'),
    })
  })

  it('a read-only hub lets everyone inhale and nobody exhale', async () => {
    await using world = new World()
    await world.host('moscow').update(USERS, () => ANN)
    git(world.hub, 'config', 'receive.denyCurrentBranch', 'refuse')
    writeFileSync(join(world.hub, 'hooks', 'update'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const a = world.host('amsterdam')
    expect(await a.breathe()).toEqual({ inhale: true, exhale: false })
    expect(world.read('amsterdam', USERS)).toEqual(ANN)
  })
})

describe('a foreign write', () => {
  it('on the own ref: reported, never merged, then replaced, and it recovers alone', async () => {
    await using world = new World()
    const alarms: BreathAlarm[] = []
    const a = world.host('amsterdam', {}, { onAlarm: (alarm) => alarms.push(alarm) })
    await a.update(USERS, () => ANN)
    const tree = forgedTree(world, { 6: { name: 'Mallory' } })
    forge(world, 'amsterdam', git(world.hub, 'commit-tree', '-m', 'mine now', tree).trim())
    world.write('amsterdam', USERS, { ...ANN, 2: { name: 'Bob' } })
    expect(await a.exhale()).toBe(false)
    expect(a.getStats().lastError?.code).toBe('REF_FOREIGN')
    expect(await a.exhale()).toBe(true)
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('amsterdam', USERS)).toEqual({ ...ANN, 2: { name: 'Bob' } })
    expect(git(world.hub, 'rev-parse', 'breath/amsterdam').trim()).toBe(a.head())
    expect(alarms.map(({ code }) => code)).toContain('REF_FOREIGN')
  })

  it('on the ref of another: that one is ignored and reported, the others go on', async () => {
    await using world = new World()
    const [a, b, c] = [world.host('amsterdam'), world.host('moscow'), world.host('spb')]
    await b.update(USERS, () => ANN)
    await c.update(USERS, (value) => ({ ...(value as JsonObject), 3: { name: 'Eve' } }))
    const commit = git(world.hub, 'rev-parse', 'breath/moscow').trim()
    const message = git(world.hub, 'log', '-1', '--format=%B', commit)
    const forged = git(world.hub, 'commit-tree', '-m', message, forgedTree(world, { 6: { name: 'Mallory' } }))
    forge(world, 'moscow', forged.trim())
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('amsterdam', USERS)).toEqual({ 3: { name: 'Eve' } })
    const { refs } = await a.status()
    expect(refs.find(({ host }) => host === 'moscow')).toMatchObject({ isVerified: false, code: 'SIGNATURE_INVALID' })
    expect(refs.find(({ host }) => host === 'spb')).toMatchObject({ isVerified: true, code: null })
  })

  it('a commit of one host under the name of another is foreign', async () => {
    await using world = new World()
    await world.host('moscow').update(USERS, () => ANN)
    forge(world, 'spb', git(world.hub, 'rev-parse', 'breath/moscow').trim())
    const a = world.host('amsterdam')
    await a.inhale()
    const spb = (await a.status()).refs.find(({ host }) => host === 'spb')
    expect(spb).toMatchObject({ isVerified: false, code: 'REF_FOREIGN', message: expect.stringContaining('moscow') })
  })

  it('a host that the registry does not know is a stranger', async () => {
    await using world = new World()
    await world.host('moscow').update(USERS, () => ANN)
    const a = world.host('amsterdam', {}, modulesOf('amsterdam', ['amsterdam', 'spb']))
    expect(await a.inhale()).toBe(true)
    expect(existsSync(world.path('amsterdam', USERS))).toBe(false)
    expect((await a.status()).refs).toMatchObject([{ host: 'moscow', isVerified: false, code: 'REF_FOREIGN' }])
  })

  it.each([
    ['an unsigned commit', '100644', 'SIGNATURE_INVALID'],
    ['a link in the tree', '120000', 'PATH_FOREIGN'],
    ['a submodule in the tree', '160000', 'PATH_FOREIGN'],
  ])('%s is ignored', async (_, mode, code) => {
    await using world = new World()
    const a = world.host('amsterdam')
    forge(world, 'moscow', git(world.hub, 'commit-tree', '-m', 'x', forgedTree(world, ANN, mode)).trim())
    expect(await a.inhale()).toBe(true)
    expect((await a.status()).refs).toMatchObject([{ host: 'moscow', isVerified: false, code }])
  })
})

describe('time', () => {
  it('a host an hour ahead: its writes wait, are reported, and are not lost', async () => {
    await using world = new World()
    let aheadMs = 3_600_000
    const time = { wallMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() }
    let nowMs = Date.now()
    const own = { wallMs: () => nowMs, monotonicMs: () => performance.now() }
    const [a, b] = [world.host('amsterdam', {}, { time: own }), world.host('moscow', {}, { time })]
    await a.update(USERS, () => ANN)
    await b.inhale()
    await b.update(USERS, () => ({ 1: { name: 'from the future' } }))
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('amsterdam', USERS)).toEqual(ANN)
    expect((await a.status()).refs.find(({ host }) => host === 'moscow')).toMatchObject({ code: 'STAMP_FUTURE' })
    aheadMs = 0
    await b.update(USERS, (value) => ({ ...(value as JsonObject), 2: { name: 'later' } }))
    nowMs += 3_600_000
    await a.inhale()
    expect(world.read('amsterdam', USERS)).toEqual({ 1: { name: 'from the future' }, 2: { name: 'later' } })
  })

  it('a host an hour behind still overwrites what it has seen', async () => {
    await using world = new World()
    const time = { wallMs: () => Date.now() - 59_000, monotonicMs: () => performance.now() }
    const [a, b] = [world.host('amsterdam'), world.host('moscow', {}, { time })]
    await a.update(USERS, () => ANN)
    await b.inhale()
    await b.update(USERS, () => ({ 1: { name: 'Anna' } }))
    await a.inhale()
    expect(world.read('amsterdam', USERS)).toEqual({ 1: { name: 'Anna' } })
  })
})

describe('growth', () => {
  it('the own ref is cut to one commit without a parent, and everybody goes on', async () => {
    await using world = new World()
    const [a, b] = [world.host('amsterdam', { cutAfterCommits: 3 }), world.host('moscow')]
    const counts: number[] = []
    for (const name of ['u', 'v', 'w', 'x', 'y']) {
      await a.update(USERS, (value) => ({ ...(value as JsonObject), [name]: { name } }))
      counts.push(Number(git(world.hub, 'rev-list', '--count', 'breath/amsterdam')))
      await b.breathe()
    }
    expect(counts).toEqual([1, 2, 3, 1, 2])
    expect(world.read('moscow', USERS)).toEqual(Object.fromEntries([...'uvwxy'].map((name) => [name, { name }])))
  })

  it('also after a time', async () => {
    await using world = new World()
    const a = world.host('amsterdam', { cutAfterMs: 1_000 })
    await a.update(USERS, () => ANN)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await a.update(USERS, () => ({ 1: { name: 'Anna' } }))
    expect(git(world.hub, 'rev-list', '--count', 'breath/amsterdam').trim()).toBe('1')
  })

  it('packing keeps everything that is needed', async () => {
    await using world = new World()
    const a = world.host('amsterdam', { cutAfterCommits: 2 })
    for (const id of [1, 2, 3, 4, 5]) await a.update(USERS, (value) => ({ ...(value as JsonObject), [id]: { id } }))
    const mark = world.path('amsterdam', '.montana-breathing/maintained')
    writeFileSync(mark, '')
    utimesSync(mark, 0, 0)
    await a.maintain()
    const repository = world.path('amsterdam', '.montana-breathing/repository.git')
    expect(git(repository, 'count-objects').trim()).toMatch(/^\d+ objects/)
    expect(git(repository, 'fsck', '--full', '--no-dangling')).toBe('')
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
  })
})

/** Somebody who may push, but has no key of ours. */
function forge(world: World, host: string, commit: string): void {
  git(world.hub, 'update-ref', `refs/heads/breath/${host}`, commit)
}

function forgedTree(world: World, users: JsonObject, mode = '100644'): string {
  mkdirSync(join(world.folder, 'forge'), { recursive: true })
  const file = join(world.folder, 'forge', 'users.json')
  writeFileSync(file, JSON.stringify(users))
  const blob = git(world.hub, 'hash-object', '-w', file).trim()
  const name = mode === '160000' ? '1'.repeat(40) : blob
  const index = join(world.folder, `forge-index-${Math.random()}`)
  process.env.GIT_INDEX_FILE = index
  try {
    git(world.hub, 'update-index', '--add', '--cacheinfo', `${mode},${name},data/users.json`)
    return git(world.hub, 'write-tree').trim()
  } finally {
    delete process.env.GIT_INDEX_FILE
  }
}
