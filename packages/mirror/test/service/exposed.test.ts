import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { privatePaths, refuseExposed } from '../../src/service/exposed.js'
import { refuseExposedHistory } from '../../src/service/exposed-history.js'
import { temporaryFolder } from '../folders.js'

const AUTHOR = ['-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid']
const ALL = ['refs/heads/*', 'refs/tags/*']
const { signal } = new AbortController()

let source: string
const git = (...args: string[]) => execFileSync('git', args, { cwd: source, encoding: 'utf8' })

function track(path: string, content = 'x\n'): void {
  mkdirSync(join(source, path, '..'), { recursive: true })
  writeFileSync(join(source, path), content)
  git('add', '--force', '--', `:(literal)${path}`)
  git(...AUTHOR, 'commit', '--quiet', '-m', path)
}

function paths(values: Readonly<Record<string, string>> = {}, dataFolder = join(source, 'data')) {
  return privatePaths({ source, envFile: join(source, '.env'), dataFolder, values: new Map(Object.entries(values)) })
}

beforeEach(() => {
  source = temporaryFolder()
  git('init', '--quiet', '--initial-branch=main')
  track('README')
})

describe('a source that would carry its credentials along', () => {
  it.each([
    ['the configuration', '.env', {}],
    ['something of the data folder', 'data/credentials/slot-1', {}],
    ['the file of a token', 'keys/replica.token', { MIRROR_1_TOKEN_FILE: 'keys/replica.token' }],
    ['the key of an App', 'keys/app.pem', { MIRROR_2_APP_KEY_FILE: 'keys/app.pem' }],
    ['the key of a host', 'keys/id', { MIRROR_3_SSH_KEY_PATH: 'keys/id' }],
  ] as const)('is refused with %s in a tip', async (_, path, files) => {
    const absolute = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, join(source, file)]))
    const guarded = paths(absolute)
    await refuseExposed({ folder: source, signal }, ALL, guarded)
    track(path)
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID', exitCode: 78 })
    await expect(refuseExposed({ folder: source, signal }, ALL, guarded)).rejects.toEqual(refused)
    // The tip of today is clean; that of another branch is not.
    git('branch', 'other')
    git('reset', '--quiet', '--hard', 'HEAD~')
    await expect(refuseExposed({ folder: source, signal }, ALL, guarded)).rejects.toThrow('refs/heads/other tracks')
    await refuseExposed({ folder: source, signal }, [...ALL, '^refs/heads/other'], guarded)
  })

  it('names a path of the source and none of the host', async () => {
    track('.env')
    await expect(refuseExposed({ folder: source, signal }, ALL, paths())).rejects.toThrow(
      /^refs\/heads\/main tracks \.env, which holds credentials: it is not mirrored$/,
    )
  })

  it('is not judged by what lies elsewhere or holds no secret', () => {
    const values = { MIRROR_1_TOKEN_FILE: '/etc/montana/token', MIRROR_STATE_FILE: join(source, 'state/current.json') }
    expect(paths(values, join(source, '..', 'data'))).toEqual(['.env'])
  })
})

describe('a history that would carry them along', () => {
  const TOKEN = 'token-of-the-second-account'
  const tip = () => git('rev-parse', 'HEAD').trim()
  const check = (pushed: Readonly<Record<string, string>> = {}, secrets: readonly string[] = [TOKEN]) =>
    refuseExposedHistory(
      { folder: source, signal },
      { patterns: ALL, paths: paths(), secrets, pushed: new Map(Object.entries(pushed)) },
    )

  function takeOut(path: string): void {
    git('rm', '--quiet', '--cached', '--', path)
    git(...AUTHOR, 'commit', '--quiet', '-m', 'taken out')
  }

  it('is refused though the file has been taken out since, and names commit and path', async () => {
    track('.env', `MIRROR_1_TOKEN=${TOKEN}\n`)
    const holder = tip().slice(0, 12)
    takeOut('.env')
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID', exitCode: 78 })
    await expect(check()).rejects.toEqual(refused)
    await expect(check()).rejects.toThrow(`${holder} holds .env with what is in use today`)
  })

  it('is refused where a merge alone brings it', async () => {
    git('checkout', '--quiet', '-b', 'side')
    track('side')
    git('checkout', '--quiet', 'main')
    track('main')
    git(...AUTHOR, 'merge', '--quiet', '--no-ff', '--no-commit', 'side')
    writeFileSync(join(source, '.env'), `MIRROR_1_TOKEN=${TOKEN}\n`)
    git('add', '--force', '--', '.env')
    git(...AUTHOR, 'commit', '--quiet', '-m', 'merged')
    takeOut('.env')
    await expect(check()).rejects.toThrow('holds .env')
  })

  it('is refused with a key that is the same today', async () => {
    track('data/credentials/slot-1', 'a private key of some length\n')
    git('rm', '--quiet', '--cached', '--', 'data/credentials/slot-1')
    git(...AUTHOR, 'commit', '--quiet', '-m', 'taken out')
    const init = { patterns: ALL, paths: ['data/credentials/slot-1'], secrets: [], pushed: new Map() }
    await expect(refuseExposedHistory({ folder: source, signal }, init)).rejects.toThrow('slot-1')
  })

  it('is refused by the very name of the file, whatever git would take it for', async () => {
    const path = ':keys/replica.token'
    track(path, 'a private key of some length\n')
    git('rm', '--quiet', '--cached', '--', `:(literal)${path}`)
    git(...AUTHOR, 'commit', '--quiet', '-m', 'taken out')
    const init = { patterns: ALL, paths: [path], secrets: [], pushed: new Map() }
    await expect(refuseExposedHistory({ folder: source, signal }, init)).rejects.toThrow(':keys/replica.token')
  })

  it('goes on once the credential has been renewed, the commit rewritten, or where the target has it already', async () => {
    track('.env', `MIRROR_1_TOKEN=${TOKEN}\n`)
    const holder = tip()
    takeOut('.env')
    writeFileSync(join(source, '.env'), 'MIRROR_1_TOKEN=a renewed one of any length\n')
    await expect(check()).rejects.toThrow('holds .env')
    await check({}, ['a renewed one of any length'])
    await check({ 'refs/heads/main': holder })
    await check({ 'refs/heads/main': tip() })
    await expect(check({ 'refs/heads/main': '0'.repeat(39).concat('1') })).rejects.toThrow('holds .env')
    git('reset', '--quiet', '--soft', 'HEAD~2')
    git(...AUTHOR, 'commit', '--quiet', '--allow-empty', '-m', 'rewritten')
    await check()
  })
})
