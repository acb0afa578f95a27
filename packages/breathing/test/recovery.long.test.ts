import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BreathingOptions, JsonObject } from '../src/index.js'
import { git, USERS, World } from './support/hosts.js'

const ANN = { 1: { name: 'Ann' } }
const BOTH = { ...ANN, 2: { name: 'Bob' } }
const STATE = '.montana-breathing'

/** One write is on the hub; the process that made it is gone. */
async function settled(world: World, options: Partial<BreathingOptions> = {}) {
  const first = world.host('amsterdam', options)
  await first.update(USERS, () => ANN)
  first.close()
  return world.path('amsterdam', `${STATE}/repository.git`)
}

/** A new process on the same folder: one cycle, then a write, and another host has all. */
async function expectRecovery(world: World, options: Partial<BreathingOptions> = {}) {
  const a = world.host('amsterdam', options)
  expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
  await a.update(USERS, (value) => ({ ...(value as JsonObject), 2: { name: 'Bob' } }))
  const b = world.host('moscow')
  await b.breathe()
  expect(world.read('moscow', USERS)).toEqual(BOTH)
  expect(world.read('amsterdam', USERS)).toEqual(BOTH)
  return a
}

const damages: Readonly<Record<string, (repository: string) => void>> = {
  'an unfinished rebase': (r) => write(r, 'rebase-merge/head-name', 'refs/heads/main'),
  'an unfinished merge': (r) => write(r, 'MERGE_HEAD', `${'1'.repeat(40)}\n`),
  'an unfinished cherry-pick': (r) => write(r, 'CHERRY_PICK_HEAD', `${'1'.repeat(40)}\n`),
  'a detached HEAD': (r) => write(r, 'HEAD', `${git(r, 'rev-parse', 'refs/heads/breath/amsterdam').trim()}\n`),
  'an empty HEAD': (r) => truncateSync(join(r, 'HEAD')),
  'a missing HEAD': (r) => rmSync(join(r, 'HEAD')),
  'a missing configuration': (r) => rmSync(join(r, 'config')),
  'a lock on the own ref': (r) => write(r, 'refs/heads/breath/amsterdam.lock', ''),
  'a lock on a ref of the hub': (r) => write(r, 'refs/hub/amsterdam.lock', ''),
  'locks on index, HEAD, packed refs and configuration': (r) => {
    for (const name of ['index.lock', 'HEAD.lock', 'packed-refs.lock', 'config.lock', 'shallow.lock'])
      write(r, name, '')
  },
  'an index of its own that a killed process left': (r) => write(r, 'breath-index-1', 'x'),
  'empty objects': (r) => truncateObjects(r, 0),
  'objects cut in half': (r) => truncateObjects(r, 20),
  'an empty own ref': (r) => truncateSync(join(r, 'refs/heads/breath/amsterdam')),
  'an own ref full of zeros': (r) => write(r, 'refs/heads/breath/amsterdam', '\0'.repeat(41)),
  'an own ref to nothing': (r) => write(r, 'refs/heads/breath/amsterdam', `${'1'.repeat(40)}\n`),
  'a broken ref of the hub': (r) => write(r, 'refs/hub/amsterdam', 'garbage'),
  'a ref of the hub to nothing': (r) => write(r, 'refs/hub/amsterdam', `${'1'.repeat(40)}\n`),
  'broken packed refs': (r) => write(r, 'packed-refs', 'garbage\n'),
  'a lost objects folder': (r) => rmSync(join(r, 'objects'), { recursive: true }),
  'a lost repository': (r) => rmSync(r, { recursive: true }),
  'a repository that is a file': (r) => {
    rmSync(r, { recursive: true })
    writeFileSync(r, 'x')
  },
}

describe('the private repository recovers alone from', () => {
  it.each(Object.entries(damages))('%s', async (_, damage) => {
    await using world = new World()
    damage(await settled(world))
    await expectRecovery(world)
  })

  it('the same, while it runs', async () => {
    await using world = new World()
    const a = world.host('amsterdam')
    await a.update(USERS, () => ANN)
    truncateObjects(world.path('amsterdam', `${STATE}/repository.git`), 0)
    const cycles: boolean[] = []
    for (let i = 0; i < 4; i++) {
      world.write('amsterdam', USERS, { 1: { name: 'Ann' }, 2: { name: `Bob ${i}` } })
      const { inhale, exhale } = await a.breathe()
      cycles.push(inhale && exhale)
    }
    expect(cycles.at(-1)).toBe(true)
    expect(JSON.parse(git(world.hub, 'show', `breath/amsterdam:${USERS}`))).toEqual({ ...ANN, 2: { name: 'Bob 3' } })
  })
})

describe('a write that no hub has yet', () => {
  it.each(['an empty own ref', 'empty objects', 'a lost repository'])('survives %s', async (name) => {
    await using world = new World()
    const repository = await settled(world)
    const away = world.host('amsterdam', { remote: join(world.folder, 'none.git') })
    world.write('amsterdam', USERS, BOTH)
    expect(await away.exhale()).toBe(false)
    away.close()
    damages[name]?.(repository)
    const a = world.host('amsterdam')
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(JSON.parse(git(world.hub, 'show', `breath/amsterdam:${USERS}`))).toEqual(BOTH)
  })
})

describe('a clone of the user in the middle of something', () => {
  const states: Readonly<Record<string, (repo: string) => void>> = {
    'an unfinished rebase': (repo) => conflict(repo, 'rebase', 'other'),
    'an unfinished merge': (repo) => conflict(repo, 'merge', 'other'),
    'an unfinished cherry-pick': (repo) => conflict(repo, 'cherry-pick', 'other'),
    'a detached HEAD': (repo) => git(repo, 'checkout', '--quiet', '--detach'),
  }

  it.each(Object.entries(states))('%s is reported and left alone, and breathing goes on', async (name, enter) => {
    await using world = new World()
    const repo = cloneWithBranches(world)
    enter(repo)
    rmSync(join(repo, '.git', 'index.lock'), { force: true })
    writeFileSync(join(repo, '.git', 'index.lock'), '')
    const before = gitFiles(repo)
    const a = world.host('amsterdam', { remote: 'origin' })
    world.write('amsterdam', USERS, ANN)
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect((await a.status()).clone).toContain(name)
    expect(gitFiles(repo)).toEqual(before)
  })

  it('an own clone is reset, and the markers that it left are taken back', async () => {
    await using world = new World()
    const repo = cloneWithBranches(world)
    const options = { remote: 'origin', ownership: 'own' } as const
    const first = world.host('amsterdam', options)
    await first.update(USERS, () => ANN)
    first.close()
    conflict(repo, 'rebase', 'other')
    world.write('amsterdam', USERS, '<<<<<<< HEAD\n{}\n=======\n{"1":{}}\n>>>>>>> other\n')
    const a = world.host('amsterdam', options)
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('amsterdam', USERS)).toEqual(ANN)
    expect((await a.status()).clone).toEqual([])
    expect(git(repo, 'symbolic-ref', 'HEAD').trim()).toBe('refs/heads/main')
  })
})

describe('a full disk', () => {
  it.skipIf(process.getuid?.() !== 0)(
    'is no success and no loss, and when there is room again all goes on',
    async () => {
      await using world = new World()
      const repo = world.path('amsterdam', '.')
      mkdirSync(repo)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', repo])
      try {
        const a = world.host('amsterdam')
        await a.update(USERS, () => ANN)
        world.write('amsterdam', USERS, BOTH)
        expect(() => writeFileSync(join(repo, 'filler'), Buffer.alloc(4 * 1024 * 1024))).toThrow(/ENOSPC/)
        expect((await a.breathe()).exhale).toBe(false)
        expect((await a.breathe()).exhale).toBe(false)
        expect(world.read('amsterdam', USERS)).toEqual(BOTH)
        rmSync(join(repo, 'filler'))
        expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
        expect(JSON.parse(git(world.hub, 'show', `breath/amsterdam:${USERS}`))).toEqual(BOTH)
        a.close()
      } finally {
        execFileSync('umount', ['-l', repo])
      }
    },
  )
})

describe('what a killed projection leaves', () => {
  it('is swept, and nothing else is', async () => {
    await using world = new World()
    await settled(world)
    world.write('amsterdam', 'data/users.json.77.1a2b3c4d.breath-tmp', 'x')
    world.write('amsterdam', 'data/mine.tmp', 'x')
    await expectRecovery(world)
    expect(readdirSync(world.path('amsterdam', 'data')).sort()).toEqual(['mine.tmp', 'users.json'])
  })
})

describe('the lock', () => {
  it('of a living process is waited for, and then names it', async () => {
    await using world = new World()
    const a = world.host('amsterdam', { lockWaitMs: 300 })
    await a.breathe()
    const holder = holdLock(world.path('amsterdam', `${STATE}/lock.db`))
    try {
      await holder.isHeld
      expect(await a.inhale()).toBe(false)
      expect(a.getStats().lastError).toMatchObject({
        code: 'BREATH_LOCKED',
        message: expect.stringMatching(/process \d+/),
      })
    } finally {
      holder.child.kill('SIGKILL')
      await holder.isGone
    }
    expect(await a.inhale()).toBe(true)
  })
})

/** Another process that holds the lock until it is killed. */
function holdLock(file: string) {
  const script = `const { DatabaseSync } = require('node:sqlite'); const d = new DatabaseSync(${JSON.stringify(file)});
    d.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  const isHeld = new Promise((resolve) => child.stdout.once('data', resolve))
  const isGone = new Promise((resolve) => child.once('close', resolve))
  return { child, isHeld, isGone }
}

function write(repository: string, name: string, text: string): void {
  const path = join(repository, name)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  writeFileSync(path, text)
}

function truncateObjects(repository: string, bytes: number): void {
  const folder = join(repository, 'objects')
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !/^[0-9a-f]{38}$/.test(entry.name)) continue
    const content = readFileSync(path).subarray(0, bytes)
    rmSync(path)
    writeFileSync(path, content)
  }
}

/** With two branches that contradict each other. */
function cloneWithBranches(world: World): string {
  const repo = world.clone('amsterdam')
  const commit = (text: string) => {
    writeFileSync(join(repo, 'notes.txt'), text)
    git(repo, 'add', 'notes.txt')
    git(repo, 'commit', '--quiet', '-m', text)
  }
  git(repo, 'checkout', '--quiet', '-B', 'main')
  commit('first')
  git(repo, 'checkout', '--quiet', '-b', 'other')
  commit('other')
  git(repo, 'checkout', '--quiet', 'main')
  commit('main')
  return repo
}

function conflict(repo: string, command: string, branch: string): void {
  expect(() => git(repo, command, branch)).toThrow()
}

/** Everything of git in the clone but what is ours. */
function gitFiles(repo: string): string[] {
  const folder = join(repo, '.git')
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return paths
    .filter((path) => !path.includes('montana-breathing'))
    .sort()
    .map((path) => `${path} ${readFileSync(path, 'latin1')}`)
}
