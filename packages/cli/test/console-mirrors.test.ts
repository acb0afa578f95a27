import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { montana, startMontana, temporaryFolder, until } from '../../../test/e2e/support/montana.js'

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'examples', 'continuity')
const AUTHOR = ['-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid']

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', [...AUTHOR, ...args], { cwd: folder, encoding: 'utf8' }).trim()
}

/** A primary without a provider, whose one mirror is a folder. */
function mirrored() {
  const root = temporaryFolder()
  const [source, archive, tokenFile] = ['source', 'archive.git', 'console.token'].map((name) => join(root, name))
  if (!source || !archive || !tokenFile) throw new Error('no folder')
  cpSync(EXAMPLE, source, { recursive: true })
  git(source, 'init', '--quiet', '--initial-branch=main')
  git(source, 'add', '--all')
  git(source, 'commit', '--quiet', '-m', 'The service')
  git(root, 'init', '--quiet', '--bare', '--initial-branch=main', archive)
  const keys = ['MIRROR_ENABLED=true', 'MIRROR_ROLE=MASTER', 'MIRROR_1_TYPE=git', `MIRROR_1_URL=${archive}`]
  writeFileSync(join(source, '.env'), `${keys.join('\n')}\n`, { mode: 0o600 })
  return { source, archive, tokenFile }
}

async function started(args: readonly string[]) {
  const { child, finished } = startMontana(['console', '--port', '0', '--json', ...args])
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  await until(() => output.endsWith('\n'), 30_000, 'it says where it is')
  return { child, finished, url: (JSON.parse(output) as { console: string }).console }
}

describe('montana console --mirror-source', { timeout: 90_000 }, () => {
  it('shows the mirrors of a repository, works off their queue, and ends at once', async () => {
    const { source, archive, tokenFile } = mirrored()
    const { child, finished, url } = await started(['--mirror-source', source, '--token-file', tokenFile])
    const features = await (await fetch(`${url}/api/features`)).json()
    expect(features).toMatchObject({ mirrors: { isEnabled: true }, mutations: { isEnabled: true } })
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`,
    }
    const body = JSON.stringify({ layers: ['code'] })
    expect((await fetch(`${url}/api/mirrors/sync`, { method: 'POST', headers, body })).status).toBe(202)
    const tip = git(source, 'rev-parse', 'main')
    await until(() => git(archive, 'for-each-ref').includes(tip), 60_000, 'it is pushed')
    const page = (await (await fetch(`${url}/api/mirrors`)).json()) as { worker: string }
    expect(page).toMatchObject({
      worker: 'here',
      self: { label: 'Primary' },
      mirrors: [{ id: 'mirror-1', type: 'git' }],
    })
    expect(JSON.stringify(page)).not.toContain(archive)
    const stoppedMs = performance.now()
    child.kill('SIGINT')
    expect((await finished).code).toBe(0)
    expect(performance.now() - stoppedMs).toBeLessThan(10_000)
  })

  it('leaves the queue to the process that works on it', async () => {
    const { source } = mirrored()
    const work = () => startMontana(['mirror', 'run', '--source', source])
    let worker = work()
    const BUSY = 75
    const isBusy = async () => {
      // Whoever asks takes the queue for a moment, and a worker that finds it taken ends.
      if (worker.child.exitCode !== null) worker = work()
      return (await montana(['mirror', 'sync', '--source', source])).code === BUSY && worker.child.exitCode === null
    }
    await until(isBusy, 30_000, 'the worker has the queue')
    const { url } = await started(['--mirror-source', source])
    const workerOf = async () => ((await (await fetch(`${url}/api/mirrors`)).json()) as { worker: string }).worker
    expect(await workerOf()).toBe('elsewhere')
    worker.child.kill('SIGTERM')
    await worker.finished
    await until(async () => (await workerOf()) === 'here', 30_000, 'the console goes on with it')
  })

  it('is read-only without a token file, and refuses a wrong configuration with its key', async () => {
    const { source } = mirrored()
    const { url } = await started(['--mirror-source', source])
    const headers = { 'content-type': 'application/json', authorization: 'Bearer undefined' }
    const sent = await fetch(`${url}/api/mirrors/sync`, { method: 'POST', headers, body: '{"layers":["code"]}' })
    expect([sent.status, await sent.json()]).toMatchObject([403, { error: { code: 'READ_ONLY' } }])
    writeFileSync(join(source, '.env'), 'MIRROR_ENABLED=perhaps\n', { mode: 0o600 })
    const run = await montana(['console', '--port', '0', '--json', '--mirror-source', source])
    expect([run.code, JSON.parse(run.stdout).error.field]).toEqual([78, 'MIRROR_ENABLED'])
  })
})
