import { AbortError, MontanaError, TimeoutError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { type CheckedOptions, createRedactor, GitError, git, gitFailed } from '../src/index.js'
import { makeFolder, plant } from './support/folder.js'

const HANGS = 'setInterval(() => {}, 1000)'

async function failure(source: string, options: CheckedOptions = {}, args: readonly string[] = ['fetch']) {
  const folder = makeFolder()
  const result = git(folder, args, { program: plant(folder, source), ...options })
  return await result.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}

describe('a command that must succeed', () => {
  it('gives its result', async () => {
    const { code, stdout } = await git('/', ['--version'])
    expect([code, stdout.toString()]).toEqual([0, expect.stringMatching(/^git version/)])
  })

  it('fails in the words of git, without credentials', async () => {
    const source = 'console.error("fatal: https://user:word@host/x not found"); process.exit(128)'
    const error = await failure(source, {}, ['-c', 'a.b=c', 'fetch', 'origin'])
    expect(error).toBeInstanceOf(GitError)
    expect(error).toMatchObject({
      code: 'GIT_FAILED',
      message: 'git fetch failed (128): fatal: https://host/x not found',
      metadata: { command: 'fetch', code: 128 },
    })
  })

  it('fails without the secrets that its redactor knows', async () => {
    const redact = createRedactor(['correct horse'])
    const error = await failure('console.error("no correct horse, no correct%20horse"); process.exit(1)', { redact })
    expect(error).toMatchObject({ message: 'git fetch failed (1): no ***, no ***' })
  })

  it('fails with what a push says on stdout, too, and with no stdout of another command', async () => {
    const source = 'console.log("!\\tref\\t[rejected]"); console.error("words"); process.exit(1)'
    expect(await failure(source, {}, ['push'])).toMatchObject({ message: expect.stringContaining('[rejected]') })
    expect(await failure(source, {}, ['fetch'])).toMatchObject({ message: 'git fetch failed (1): words' })
  })

  it('repeats no more than 500 characters', async () => {
    const error = await failure('console.error("x".repeat(10000)); process.exit(1)')
    expect((error as Error).message).toHaveLength('git fetch failed (1): '.length + 500)
  })

  it('fails with the error of its caller', async () => {
    const toError = (message: string) => new MontanaError('OURS', message)
    expect(await failure('process.exit(2)', { toError })).toMatchObject({ code: 'OURS' })
    expect(gitFailed(['gc'], { code: 2, stdout: Buffer.alloc(0), stderr: 'x' }, toError).message).toBe(
      'git gc failed (2): x',
    )
  })

  it('names why it was ended or not begun', async () => {
    const error = await failure(`process.stderr.write('x'.repeat(20)); ${HANGS}`, { outputMaxBytes: 9 })
    expect(error).toMatchObject({ code: 'GIT_FAILED', metadata: { code: null, reason: 'too-long' } })
    await expect(git('/', ['gc'], { program: '/no/such/git' })).rejects.toMatchObject({
      message: expect.stringMatching(/^git gc failed \(not-started\): .*ENOENT/),
    })
  })

  it('tells time and abort from a failure', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    expect(await failure(HANGS, { signal: controller.signal })).toBeInstanceOf(AbortError)
    expect(await failure(HANGS, { timeoutMs: 100 })).toEqual(new TimeoutError(100))
    expect(await failure(HANGS, { idleTimeoutMs: 110 })).toEqual(new TimeoutError(110))
  })
})
