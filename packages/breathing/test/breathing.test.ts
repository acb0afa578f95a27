import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { git as runChecked } from '../src/git/run.js'
import {
  BREATH_REF_PREFIX,
  createBreathing,
  getBreathing,
  INTERVAL_SECONDS,
  resolveOptions,
  runGit,
  START_DELAY_SECONDS,
  SYNC_PATHS,
} from '../src/index.js'
import { git, modulesOf, NODES, USERS, World } from './support/hosts.js'

const ANN = { 1: { name: 'Ann', paused: false } }
const tmp = () => resolveOptions({ node: 'amsterdam' })

describe('settings', () => {
  it('BS01 the interval is 12 seconds', () => expect([tmp().intervalSeconds, INTERVAL_SECONDS]).toEqual([12, 12]))
  it('BS02 the start delay is 5 seconds', () => expect([tmp().startDelaySeconds, START_DELAY_SECONDS]).toEqual([5, 5]))
  it('BS03 the remote is origin', () => expect(tmp().remote).toBe('origin'))
  it('BS04 the published branch is main', () => expect(tmp().branch).toBe('main'))
  it('BS05 git has 30 seconds', () => expect(tmp().gitTimeoutMs).toBe(30_000))

  it('BS06 the paths contain the users and the nodes', () => {
    expect(tmp().syncPaths).toEqual(SYNC_PATHS)
    expect(SYNC_PATHS).toEqual([USERS, NODES])
  })

  it('BS07 the repository is the working folder, or the one that is named', async () => {
    await using world = new World()
    expect(tmp().repo).toBe(process.cwd())
    expect(world.host('amsterdam').options.repo).toBe(join(world.folder, 'amsterdam'))
  })
})

describe('a new breathing', () => {
  it('BS08 is not running', async () => {
    await using world = new World()
    expect(world.host('amsterdam').getStats().is_running).toBe(false)
  })

  it('BS09 has counted nothing, and has neither times nor an error', async () => {
    await using world = new World()
    expect(world.host('amsterdam').getStats()).toMatchObject({
      ...{ inhaleTotal: 0, inhaleFailed: 0, exhaleTotal: 0, exhaleFailed: 0 },
      ...{ lastInhaleAt: null, lastExhaleAt: null, lastError: null, unpushedAgeMs: 0, conflicts: 0 },
    })
  })

  it('BS10 was not asked to stop', async () => {
    await using world = new World()
    expect(world.host('amsterdam').getStats().stopRequested).toBe(false)
  })
})

describe('git', () => {
  const folder = process.cwd()

  it('BS11 success comes with the output', async () => {
    const result = await runGit(folder, ['--version'])
    expect(result).toMatchObject({ success: true, returncode: 0 })
    expect(result.stdout).toMatch(/^git version/)
  })

  it('BS12 a failure comes with code and stderr', async () => {
    const result = await runGit(folder, ['cat-file', '-t', 'no-such-object'])
    expect(result).toMatchObject({ success: false, returncode: 128 })
    expect(result.stderr).toMatch(/no-such-object/)
  })

  it('BS13 a timeout is -1 and says so, and nothing of it goes on', async () => {
    await using world = new World()
    const left = join(world.folder, 'left')
    const program = join(world.folder, 'slow-git')
    writeFileSync(program, `#!/bin/sh\n(sleep 1; touch ${left}) &\nsleep 20\n`, { mode: 0o755 })
    const startMs = performance.now()
    const result = await runGit(folder, ['fetch'], { program, timeoutMs: 300 })
    expect(result).toMatchObject({ success: false, returncode: -1 })
    expect(result.stderr).toMatch(/Timeout/)
    expect(performance.now() - startMs).toBeLessThan(3_000)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(existsSync(left)).toBe(false)
  })

  it('BS14 a program that cannot be started is -1 with the reason', async () => {
    const result = await runGit(folder, ['status'], { program: '/no/such/git' })
    expect(result).toMatchObject({ success: false, returncode: -1 })
    expect(result.stderr).toMatch(/ENOENT/)
  })

  it('gives an abort as an abort', async () => {
    const aborted = runChecked(folder, ['status'], { signal: AbortSignal.abort() })
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('BS15 is called with -C, asks nobody and reads no configuration of user or system', async () => {
    await using world = new World()
    const program = join(world.folder, 'show')
    writeFileSync(program, '#!/bin/sh\necho "$@"\nenv\n', { mode: 0o755 })
    vi.stubEnv('SSH_AUTH_SOCK', '/agent')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { stdout } = await runGit('/', ['status', '$HOME; x'], { program })
    expect(stdout).toMatch(/^-C .* -c core\.fsync=objects,reference /m)
    expect(stdout).toMatch(/^SSH_AUTH_SOCK=\/agent$/m)
    expect(stdout).toMatch(/^GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=10$/m)
    expect(stdout).toMatch(/^-C \/ .*status \$HOME; x$/m)
    expect(stdout).toMatch(/^GIT_TERMINAL_PROMPT=0$/m)
    expect(stdout).toMatch(/^GIT_CONFIG_NOSYSTEM=1$/m)
    expect(stdout).toMatch(/^GIT_CONFIG_GLOBAL=\/dev\/null$/m)
  })
})

describe('inhale', () => {
  it('BS16 with changes: true, counted, with its time, and the file is there', async () => {
    await using world = new World()
    world.write('moscow', USERS, ANN)
    await world.host('moscow').breathe()
    const breathing = world.host('amsterdam')
    expect(await breathing.inhale()).toBe(true)
    expect(world.read('amsterdam', USERS)).toEqual(ANN)
    expect(breathing.getStats()).toMatchObject({ inhaleTotal: 1, inhaleFailed: 0, lastError: null })
    expect(breathing.getStats().lastInhaleAt).toMatch(/^\d{4}-.*Z$/)
  })

  it('BS17 without changes: true and counted', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    expect([await breathing.inhale(), await breathing.inhale()]).toEqual([true, true])
    expect(breathing.getStats()).toMatchObject({ inhaleTotal: 2, inhaleFailed: 0 })
    expect(breathing.head()).toBeNull()
  })

  it('BS18 a failure: false, counted, with the error', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam', { remote: join(world.folder, 'no-hub.git') })
    expect(await breathing.inhale()).toBe(false)
    expect(breathing.getStats()).toMatchObject({ inhaleTotal: 1, inhaleFailed: 1, lastInhaleAt: null })
    expect(breathing.getStats().lastError).toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringMatching(/fetch/),
    })
  })

  it('BS19 fetches breath refs and merges in code: neither rebase, merge, pull nor checkout is ever run', async () => {
    await using world = new World()
    const log = join(world.folder, 'log')
    const program = join(world.folder, 'logging-git')
    writeFileSync(program, `#!/bin/sh\necho "$@" >> ${log}\nexec git "$@"\n`, { mode: 0o755 })
    world.write('moscow', USERS, ANN)
    const [a, b] = [world.host('amsterdam', { git: program }), world.host('moscow')]
    await b.breathe()
    world.write('amsterdam', USERS, { 1: { name: 'Anna' } })
    await a.breathe()
    const lines = readFileSync(log, 'utf8')
    expect(lines).toMatch(/ fetch .*\+refs\/heads\/breath\/\*:refs\/hub\/\*/)
    expect(lines).not.toMatch(/--git-dir=\. (?:rebase|merge|pull|checkout|reset|add|commit|stash)\b(?!-)/)
  })
})

describe('exhale', () => {
  it('BS20 a clean tree is success only when nothing is unpublished; otherwise the push happens', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    world.write('amsterdam', USERS, ANN)
    expect(await breathing.exhale()).toBe(true)
    expect(await breathing.exhale()).toBe(true)
    git(world.hub, 'update-ref', '-d', `${BREATH_REF_PREFIX}amsterdam`)
    expect(await breathing.exhale()).toBe(true)
    expect(git(world.hub, 'rev-parse', `${BREATH_REF_PREFIX}amsterdam`).trim()).toBe(breathing.head())
    const nowhere = world.host('spb', { remote: join(world.folder, 'no-hub.git') })
    expect(await nowhere.exhale()).toBe(false)
  })

  it('BS21 a changed users file: true, counted, with its time, and on the hub', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    world.write('amsterdam', USERS, ANN)
    expect(await breathing.exhale()).toBe(true)
    expect(breathing.getStats()).toMatchObject({ exhaleTotal: 1, exhaleFailed: 0, unpushedAgeMs: 0 })
    expect(breathing.getStats().lastExhaleAt).toMatch(/Z$/)
    expect(JSON.parse(git(world.hub, 'show', `breath/amsterdam:${USERS}`))).toEqual(ANN)
  })

  it('BS22 a push that fails: false, counted, with the error; the write waits', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    writeFileSync(join(world.hub, 'hooks', 'pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    world.write('amsterdam', USERS, ANN)
    expect(await breathing.exhale()).toBe(false)
    expect(breathing.getStats()).toMatchObject({ exhaleTotal: 1, exhaleFailed: 1, lastExhaleAt: null })
    expect(breathing.getStats().lastError?.code).toBe('GIT_FAILED')
    expect(breathing.getStats().unpushedAgeMs).toBeGreaterThan(0)
  })

  it('BS23 every failure to commit is a failure, and no empty commit is attempted', async () => {
    await using world = new World()
    const program = join(world.folder, 'failing-git')
    const script = `#!/bin/sh\ncase " $* " in *" commit-tree "*) [ -e ${world.folder}/fail ] && { echo nothing to commit; exit 1; };; esac\nexec git "$@"\n`
    writeFileSync(program, script, { mode: 0o755 })
    const breathing = world.host('amsterdam', { git: program })
    writeFileSync(join(world.folder, 'fail'), '')
    expect(await breathing.exhale()).toBe(true)
    world.write('amsterdam', USERS, ANN)
    expect(await breathing.exhale()).toBe(false)
    expect(breathing.getStats().exhaleFailed).toBe(1)
  })
})

describe('breathe', () => {
  it('BS24 both halves succeed', async () => {
    await using world = new World()
    expect(await world.host('amsterdam').breathe()).toEqual({ inhale: true, exhale: true })
  })

  it('BS25 only the inhale fails', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam', { git: failing(world, 'fetch') })
    world.write('amsterdam', USERS, ANN)
    expect(await breathing.breathe()).toEqual({ inhale: false, exhale: true })
  })

  it('BS26 only the exhale fails', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam', { git: failing(world, 'push') })
    world.write('amsterdam', USERS, ANN)
    expect(await breathing.breathe()).toEqual({ inhale: true, exhale: false })
  })

  it('BS27 both fail; the second time in a row raises an alarm', async () => {
    await using world = new World()
    const alarms: string[] = []
    const onAlarm = ({ message }: { message: string }) => alarms.push(message)
    const breathing = world.host('amsterdam', { remote: join(world.folder, 'none.git') }, { onAlarm })
    world.write('amsterdam', USERS, ANN)
    expect(await breathing.breathe()).toEqual({ inhale: false, exhale: false })
    expect(alarms).toEqual([])
    await breathing.breathe()
    await breathing.breathe()
    expect(alarms).toEqual([expect.stringMatching(/two cycles in a row failed/)])
  })

  it('BS28 inhales before it exhales', async () => {
    await using world = new World()
    world.write('moscow', USERS, ANN)
    await world.host('moscow').breathe()
    world.write('amsterdam', USERS, { 2: { name: 'Bob' } })
    await world.host('amsterdam').breathe()
    expect(JSON.parse(git(world.hub, 'show', `breath/amsterdam:${USERS}`))).toEqual({ ...ANN, 2: { name: 'Bob' } })
  })

  it('BS29 stop sets the flag, and run ends', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    const running = breathing.run()
    expect(breathing.getStats().is_running).toBe(true)
    breathing.stop()
    await running
    expect(breathing.getStats()).toMatchObject({ is_running: false, stopRequested: true })
  })

  it('BS30 stop again is nothing', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    breathing.stop()
    breathing.stop()
    expect(breathing.getStats().stopRequested).toBe(true)
  })

  it('BS31 the stats have counters, path, interval and whether it runs', async () => {
    await using world = new World()
    const keys = [
      'repo_path',
      'interval_sec',
      'is_running',
      'inhaleTotal',
      'inhaleFailed',
      'exhaleTotal',
      'exhaleFailed',
    ]
    expect(Object.keys(world.host('amsterdam').getStats())).toEqual(expect.arrayContaining(keys))
  })

  it('BS32 the stats have their values', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam', { intervalSeconds: 7 })
    await breathing.breathe()
    expect(breathing.getStats()).toMatchObject({
      ...{ repo_path: join(world.folder, 'amsterdam'), interval_sec: 7, is_running: false },
      ...{ inhaleTotal: 1, exhaleTotal: 1, inhaleFailed: 0, exhaleFailed: 0 },
    })
  })

  it('BS33 a short loop breathes at least once, and again', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam', { intervalSeconds: 1 })
    const running = breathing.run()
    await until(() => breathing.getStats().exhaleTotal >= 2, 8_000)
    breathing.stop()
    await running
    expect(breathing.getStats().inhaleTotal).toBeGreaterThanOrEqual(2)
  })

  it('BS34 a standby inhales, and exhales its own ref', async () => {
    await using world = new World()
    world.write('moscow', USERS, ANN)
    await world.host('moscow').breathe()
    const standby = world.host('amsterdam', {}, { role: () => 'standby' })
    expect(await standby.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('amsterdam', USERS)).toEqual(ANN)
    expect(git(world.hub, 'rev-parse', 'breath/amsterdam').trim()).toBe(standby.head())
    expect((await standby.status()).role).toBe('standby')
  })
})

describe('one breathing per repository', () => {
  it('BS35 the accessor returns it', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    expect(getBreathing(world.path('amsterdam', '.'))).toBe(breathing)
    expect(getBreathing(world.folder)).toBeUndefined()
  })

  it('BS36 a second call gives the same object, also by another name of the folder', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    symlinkSync(world.path('amsterdam', '.'), join(world.folder, 'link'))
    const options = { node: 'amsterdam', repo: join(world.folder, 'link') }
    expect(createBreathing(options, modulesOf('amsterdam'))).toBe(breathing)
    mkdirSync(join(world.folder, 'other'))
    expect(createBreathing({ ...options, repo: join(world.folder, 'other') }, modulesOf('amsterdam'))).not.toBe(
      breathing,
    )
  })

  it('BS37 they share their counters, until it is closed', async () => {
    await using world = new World()
    const breathing = world.host('amsterdam')
    await breathing.inhale()
    expect(world.host('amsterdam').getStats().inhaleTotal).toBe(1)
    breathing.close()
    expect(world.host('amsterdam').getStats().inhaleTotal).toBe(0)
  })
})

/** Git, but for one command, which fails. */
function failing(world: World, command: string): string {
  const program = join(world.folder, `no-${command}`)
  const script = `#!/bin/sh\ncase " $* " in *" ${command} "*) echo refused >&2; exit 1;; esac\nexec git "$@"\n`
  writeFileSync(program, script, { mode: 0o755 })
  return program
}

async function until(isTrue: () => boolean, ms: number): Promise<void> {
  const deadline = performance.now() + ms
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`not true within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
