import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const MAIN = join(ROOT, 'packages', 'cli', 'dist', 'main.js')
const RECORDER = join(import.meta.dirname, 'support', 'record-modules.mjs')
const EXAMPLE = join(ROOT, 'deploy', 'examples', 'continuity')
/** Everything that a hook may load beside our own code. */
const PACKAGES = ['canonicalize', 'commander', 'zod']

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mirror-hook-'))
  const keys = ['MIRROR_ENABLED=true', 'MIRROR_ROLE=MASTER', 'MIRROR_1_TYPE=git', `MIRROR_1_URL=${folder}/second.git`]
  writeFileSync(join(folder, '.env'), `${keys.join('\n')}\n`, { mode: 0o600 })
})

afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))

function montana(words: readonly string[]) {
  const loadedFile = join(folder, 'loaded')
  const env = { PATH: process.env.PATH, LOADED: loadedFile }
  const options = { cwd: folder, env, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', RECORDER, MAIN, ...words], options)
  const loaded = existsSync(loadedFile) ? readFileSync(loadedFile, 'utf8').split('\n') : []
  return { status, stdout, stderr, loaded }
}

/** Names of packages of others, and folders of ours, in order. */
function namesIn(loaded: readonly string[]) {
  const names = (pattern: RegExp) => [...new Set(loaded.flatMap((url) => pattern.exec(url)?.[1] ?? []))].sort()
  return {
    packages: names(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\//),
    folders: names(/\/packages\/([^/]+\/dist(?:\/(?:queue|store|config|providers|http|push)(?=\/))?)/),
  }
}

function queued(): unknown[] {
  const path = join(folder, '.montana', 'mirror', 'mirror.sqlite')
  if (!existsSync(path)) return []
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return database
      .prepare('SELECT mirror, layer FROM job')
      .all()
      .map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

describe('montana mirror hook', () => {
  it('loads what a queue needs, and neither providers nor routes nor any other command', () => {
    const { status, stdout, stderr, loaded } = montana(['mirror', 'hook', 'post-sync'])
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(queued()).toEqual([{ mirror: 'mirror-1', layer: 'code' }])
    const { packages, folders } = namesIn(loaded)
    expect(packages).toEqual(PACKAGES)
    expect(folders).not.toContain('mirror/dist/providers')
    expect(folders).not.toContain('mirror/dist/http')
    const ours = [...new Set(folders.map((name) => name.split('/')[0]))]
    expect(ours).toEqual(['cli', 'foundation', 'mirror', 'node'])
  })

  it('has a recorder that sees what the other verbs load', () => {
    const { packages } = namesIn(montana(['mirror', 'status']).loaded)
    expect(packages).toEqual(expect.arrayContaining(['@octokit/core', 'yaml']))
  })

  it.each([
    [['--help'], 0],
    [['post-sync', '--help'], 0],
    [['help', 'secret-changed'], 0],
    [['post-sync', '--version'], 0],
    [[], 2],
    [['post-sink'], 2],
    [['post-sync', '--jsn', '--json'], 2],
    [['post-sync', '--env', 'missing.env'], 0],
    [['secret-changed', 'MAIL_TOKEN', '--reason', 'rotated', '--json'], 0],
  ])('says %j as the whole command line does', (words, code) => {
    const slim = montana(['mirror', 'hook', ...words])
    // With an option before them the words are left to the program with every command.
    const whole = montana(['--quiet', 'mirror', 'hook', ...words])
    expect(slim.status).toBe(code)
    expect(namesIn(slim.loaded).packages.filter((name) => !PACKAGES.includes(name))).toEqual([])
    expect(namesIn(whole.loaded).packages.length).toBeGreaterThan(PACKAGES.length)
    const { status, stdout, stderr } = whole
    expect(slim).toMatchObject({ status, stdout, stderr })
  })

  it('is started in the background by the example, which ends before it does', async () => {
    const source = join(folder, 'source')
    cpSync(EXAMPLE, source, { recursive: true })
    const git = (...args: string[]) => execFileSync('git', args, { cwd: source, encoding: 'utf8' })
    execFileSync('git', ['init', '--quiet', '--bare', join(folder, 'origin.git')])
    git('init', '--quiet', '--initial-branch=main')
    git('remote', 'add', 'origin', join(folder, 'origin.git'))
    git('add', '--all')
    git('-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid', 'commit', '--quiet', '-m', 'Tick')
    const tools = join(folder, 'tools')
    mkdirSync(tools)
    // A command that does not end before it is let: the example must not wait for it.
    const wait = `while [ ! -e "${folder}/go" ]; do sleep 0.05; done; echo "$@" >"${folder}/called"`
    writeFileSync(join(tools, 'montana'), `#!/bin/sh\n${wait}\n`)
    chmodSync(join(tools, 'montana'), 0o755)
    const env = { ...process.env, PATH: `${tools}:${process.env.PATH}` }
    // A pipe is at its end only once no child holds it: a hook that kept it would make this call wait.
    execFileSync('sh', ['scripts/push.sh'], { cwd: source, env, timeout: 20_000 })
    expect(existsSync(join(folder, 'called'))).toBe(false)
    expect(readdirSync(join(folder, 'origin.git', 'refs', 'heads'))).toEqual(['main'])
    writeFileSync(join(folder, 'go'), '')
    while (!existsSync(join(folder, 'called'))) await sleep(20)
    await expect.poll(() => readFileSync(join(folder, 'called'), 'utf8')).toBe('mirror hook post-sync\n')
  })
})
