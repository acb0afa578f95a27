import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRedactor, type GitOptions, type GitResult, runGit } from '../src/index.js'
import { makeFolder, plant } from './support/folder.js'
import { isRunning } from './support/processes.js'

/** Far above any wait in here. */
const NEVER_MS = 60_000

/** Says who it is and who its child and grandchild are, which keep its pipes; ends never. */
const FAMILY = `
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const child = spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'inherit'] })
child.stdout.once('data', (data) => {
  writeFileSync('FILE', JSON.stringify([process.pid, child.pid, Number(data)]))
  process.stdout.write('ready\\n')
  process.stderr.write('waiting\\n')
})
process.on('SIGTERM', () => {})
setInterval(() => {}, 1000)
`

async function runFamily(options: GitOptions): Promise<{ result: GitResult; pids: number[] }> {
  const folder = makeFolder()
  const file = join(folder, 'pids')
  const program = plant(folder, FAMILY.replace('FILE', file))
  const result = await runGit(folder, [], { program, timeoutMs: NEVER_MS, ...options })
  return { result, pids: JSON.parse(readFileSync(file, 'utf8')) }
}

function running(pids: readonly number[]): number[] {
  return pids.filter(isRunning)
}

async function run(source: string, options: GitOptions): Promise<GitResult> {
  const folder = makeFolder()
  return await runGit(folder, [], { program: plant(folder, source), timeoutMs: NEVER_MS, ...options })
}

describe('what is ended', () => {
  it('by its time is gone with all its children when the run settles, and what it wrote is there', async () => {
    const { result, pids } = await runFamily({ timeoutMs: 3_000 })
    expect(running(pids)).toEqual([])
    expect(pids).toHaveLength(3)
    expect(result).toEqual({ code: null, stdout: Buffer.from('ready\n'), stderr: 'waiting\n', reason: 'timeout' })
  })

  it('by its signal is gone with all its children', async () => {
    const controller = new AbortController()
    const { result, pids } = await runFamily({ signal: controller.signal, onLine: () => controller.abort() })
    expect(running(pids)).toEqual([])
    expect(result.reason).toBe('aborted')
  })

  it('by its silence is gone with all its children', async () => {
    const { result, pids } = await runFamily({ idleTimeoutMs: 2_000 })
    expect(running(pids)).toEqual([])
    expect(result.reason).toBe('idle')
  })

  it('by what it writes is gone with all its children', async () => {
    const { result, pids } = await runFamily({ outputMaxBytes: 7 })
    expect(running(pids)).toEqual([])
    expect(result).toEqual({ code: null, stdout: Buffer.from('ready\n'), stderr: '', reason: 'too-long' })
  })

  it('by itself leaves nothing of its group, not even what let its pipes go', async () => {
    const folder = makeFolder()
    const source = `
      import { spawn } from 'node:child_process'
      console.log(spawn('sleep', ['600'], { stdio: 'ignore' }).pid)
      process.exit(0)`
    const { code, stdout } = await runGit(folder, [], { program: plant(folder, source) })
    expect(code).toBe(0)
    expect(running([Number(stdout)])).toEqual([])
  })

  it('is not waited for when it left the group and keeps the pipes', async () => {
    const folder = makeFolder()
    const source = `
      import { spawn } from 'node:child_process'
      console.log(spawn('sleep', ['600'], { stdio: 'inherit', detached: true }).pid)
      process.exit(0)`
    const startMs = performance.now()
    const result = await runGit(folder, [], { program: plant(folder, source), timeoutMs: 2_000 })
    process.kill(Number(result.stdout), 'SIGKILL')
    expect(result.reason).toBe('timeout')
    expect(performance.now() - startMs).toBeLessThan(15_000)
  })

  it('goes when the process that started it goes', async () => {
    const folder = makeFolder()
    const file = join(folder, 'pids')
    const program = plant(folder, FAMILY.replace('FILE', file))
    const index = new URL('../dist/index.js', import.meta.url)
    const script = `import { runGit } from '${index}'
      runGit('.', [], { program: '${program}', onLine: () => process.exit(0) })`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, stdio: 'ignore' })
    onTestFinished(() => void parent.kill('SIGKILL'))
    await new Promise((resolve) => parent.once('exit', resolve))
    await sleep(200)
    expect(running(JSON.parse(readFileSync(file, 'utf8')))).toEqual([])
  })
})

describe('limits', () => {
  it('does not start for a signal that has fired', async () => {
    const result = await run('process.stdout.write("ran")', { signal: AbortSignal.abort() })
    expect(result).toEqual({ code: null, stdout: Buffer.alloc(0), stderr: '', reason: 'aborted' })
  })

  it.each(['stdout', 'stderr'])('bounds %s, and what is loud without end is ended', async (stream) => {
    const source = `const write = () => process.${stream}.write('x'.repeat(999) + '\\n', write); write()`
    const result = await run(source, { outputMaxBytes: 100_000 })
    expect(result.reason).toBe('too-long')
    expect(result.stdout.length + result.stderr.length).toBeLessThanOrEqual(100_000)
  })

  it('lets through what is exactly as long as may be', async () => {
    const result = await run('process.stdout.write("x".repeat(5)); process.stderr.write("y".repeat(5))', {
      outputMaxBytes: 5,
    })
    expect(result).toEqual({ code: 0, stdout: Buffer.from('xxxxx'), stderr: 'yyyyy' })
  })

  it('gives no last line that was cut off: it may end within a secret', async () => {
    const source = `
      process.stderr.write('first\\nthe pass is correct ho')
      setTimeout(() => process.stdout.write('x'.repeat(100)), 200)
      setInterval(() => {}, 1000)`
    const result = await run(source, { outputMaxBytes: 50, redact: createRedactor(['correct horse']) })
    expect(result).toMatchObject({ reason: 'too-long', stderr: 'first\n' })
  })

  it.each(['stdout', 'stderr'])('is not idle while it writes to %s', async (stream) => {
    const source = `
      let count = 0
      setInterval(() => (count++ < 20 ? process.${stream}.write('.') : process.exit(0)), 150)`
    expect(await run(source, { idleTimeoutMs: 2_000 })).toMatchObject({ code: 0 })
  })
})
