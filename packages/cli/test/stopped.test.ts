import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'examples', 'continuity')
const ROLE = ['second', '--reason', 'a drill', '--confirm', 'second/continuity']

let folder: string
let hole: Server
let url: string
const sockets = new Set<Socket>()

/** A primary whose API takes connections and never answers. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'montana-stopped-'))
  cpSync(EXAMPLE, folder, { recursive: true })
  hole = createServer((socket) => void sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(hole, 'listening')
  url = `http://127.0.0.1:${(hole.address() as AddressInfo).port}`
  const lines = [
    ...['MIRROR_ENABLED=true', 'MIRROR_ROLE=MASTER', 'MASTER_REPO=first/continuity', 'MASTER_TOKEN=of-the-primary'],
    ...['MIRROR_1_REPO=second/continuity', 'MIRROR_1_NAME=second', 'MIRROR_1_TOKEN=of-the-replica'],
    ...[`MIRROR_1_API_URL=${url}`, 'MIRROR_FENCE_TOKEN=of-the-fence', 'MIRROR_1_SENTINEL_TOKEN=of-the-sentinel'],
  ]
  writeFileSync(join(folder, '.env'), `${lines.join('\n')}\n`, { mode: 0o600 })
})

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  hole.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
})

/** Ends `montana mirror …` while it waits for an answer. */
async function stopped(words: readonly string[], signal: NodeJS.Signals) {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, GITHUB_API_URL: url, GITHUB_SERVER_URL: url }
  const child = spawn(process.execPath, [MAIN, 'mirror', ...words], { cwd: folder, env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const asked = once(hole, 'connection')
  const closed = once(child, 'close')
  expect(await Promise.race([asked.then(() => 'asked'), closed.then(() => stdout + stderr)])).toBe('asked')
  child.kill(signal)
  const [code] = (await closed) as [number | null]
  return { code, stdout, stderr }
}

describe('a command that is stopped before it was done', () => {
  it.each([
    [['sync', '--json'], 'SIGTERM', 143],
    [['sync', '--json'], 'SIGINT', 130],
    [['sync', '--json'], 'SIGHUP', 129],
    [['promote', ...ROLE, '--json'], 'SIGTERM', 143],
    [['recover', '--json'], 'SIGTERM', 143],
    [['health', '--json'], 'SIGTERM', 143],
    [['test', 'second', '--json'], 'SIGTERM', 143],
    [['sentinel', 'run', '--once', '--json'], 'SIGTERM', 143],
  ] as const)('says so: %j, %s, %i', async (words, signal, exit) => {
    const { code, stdout } = await stopped(words, signal)
    expect({ code, lines: stdout.trimEnd().split('\n').length }).toEqual({ code: exit, lines: 1 })
    const { error } = JSON.parse(stdout)
    expect(error).toMatchObject({ code: 'ABORTED', remedy: expect.any(String) })
    expect(error.message).toContain(signal)
  })

  it('says so to people', async () => {
    const { code, stdout, stderr } = await stopped(['sync'], 'SIGTERM')
    expect({ code, stdout }).toEqual({ code: 143, stdout: '' })
    expect(stderr).toContain('stopped (SIGTERM) before it was done')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('gives no leave to act: guard, %s', async (signal) => {
    const { code, stdout } = await stopped(['guard', '--json'], signal)
    expect(code).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({ act: false, code: 'FENCED' })
  })

  it('has ended as it should when it runs until it is stopped', async () => {
    for (const words of [['run'], ['sentinel', 'run']]) expect((await stopped(words, 'SIGTERM')).code).toBe(0)
  })
})
