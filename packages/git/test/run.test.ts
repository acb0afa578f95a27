import { getEventListeners } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type GitOptions, runGit } from '../src/index.js'
import { makeFolder, plant } from './support/folder.js'

/** Runs a planted program. */
async function run(source: string, options: GitOptions = {}, args: readonly string[] = []) {
  const folder = makeFolder()
  return await runGit(folder, args, { program: plant(folder, source), ...options })
}

describe('git itself', () => {
  it('answers', async () => {
    const folder = makeFolder()
    expect(await runGit(folder, ['init', '--quiet', '--bare', '.'])).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await runGit(folder, ['rev-parse', '--is-bare-repository'])
    expect(stdout.toString()).toBe('true\n')
  })

  it('ends with its own code and words', async () => {
    const result = await runGit(makeFolder(), ['no-such-command'])
    expect(result).toEqual({ code: 1, stdout: Buffer.alloc(0), stderr: expect.stringContaining("'no-such-command'") })
  })

  it('does not run the hooks of the repository', async () => {
    const folder = makeFolder()
    await runGit(folder, ['init', '--quiet', '.'])
    writeFileSync(join(folder, '.git', 'hooks', 'pre-commit'), '#!/bin/sh\ntouch ran\n', { mode: 0o755 })
    const settings = ['user.name=test', 'user.email=test@example.invalid']
    const result = await runGit(folder, ['commit', '--quiet', '--allow-empty', '-m', 'x'], { settings })
    expect(result).toMatchObject({ code: 0 })
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })

  it.each(['text', Buffer.from([0, 255, 10])])('reads what it is given: %j', async (input) => {
    const folder = makeFolder()
    await runGit(folder, ['init', '--quiet', '--bare', '.'])
    const { stdout } = await runGit(folder, ['hash-object', '-w', '--stdin'], { input })
    const back = await runGit(folder, ['cat-file', 'blob', stdout.toString().trim()])
    expect(back.stdout).toEqual(Buffer.from(input))
  })
})

describe('a run', () => {
  it('gives each argument as it is, the settings of the caller after its own', async () => {
    const source = 'process.stdout.write(JSON.stringify(process.argv.slice(2)))'
    const folder = makeFolder()
    const program = plant(folder, source)
    const { stdout } = await runGit(folder, ['a b', '$HOME; x', '"'], { program, settings: ['gc.auto=1'] })
    const args = JSON.parse(stdout.toString())
    expect(args.slice(0, 2)).toEqual(['-C', folder])
    expect(args).toEqual(expect.arrayContaining(['core.hooksPath=/dev/null', 'maintenance.auto=false']))
    expect(args.slice(-5)).toEqual(['-c', 'gc.auto=1', 'a b', '$HOME; x', '"'])
  })

  it('has nothing to read where nothing is given', async () => {
    expect(await run('process.stdin.on("end", () => process.exit(3)).resume()')).toMatchObject({ code: 3 })
  })

  it('does not mind that its input is not read', async () => {
    const result = await run('process.exit(0)', { input: Buffer.alloc(2 ** 22) })
    expect(result).toEqual({ code: 0, stdout: Buffer.alloc(0), stderr: '' })
  })

  it('keeps every byte of what it writes, up to the last newline', async () => {
    const { stdout } = await run('process.stdout.write(Buffer.from([0, 255, 195, 10, 10]))')
    expect(stdout).toEqual(Buffer.from([0, 255, 195, 10, 10]))
  })

  it('has no code when a signal ended it', async () => {
    const result = await run('process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)')
    expect(result).toEqual({ code: null, stdout: Buffer.alloc(0), stderr: '' })
  })

  it.each([
    ['there is none', { program: '/no/such/git' }, [], /ENOENT/],
    ['it is no program', { program: '/' }, [], /EACCES/],
    ['no process can have such an argument', {}, ['a\0b'], /null bytes/],
  ])('is not started when %s, and says so', async (_, options, args, words) => {
    const result = await runGit('/', args, options)
    expect(result).toMatchObject({ code: null, reason: 'not-started', stderr: expect.stringMatching(words) })
  })

  it('leaves no listener on the signal, however it ends', async () => {
    const { signal } = new AbortController()
    await run('process.exit(0)', { signal })
    await run('setInterval(() => {}, 1000)', { signal, timeoutMs: 100 })
    await runGit('/', [], { signal, program: '/no/such/git' })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('tells lines and progress as they come, without secrets', async () => {
    const lines: string[] = []
    const source =
      'process.stderr.write("one\\r 50%\\rtwo ghp_abcdef\\r\\n\\nla"); setTimeout(() => console.error("st"), 50)'
    const { stderr } = await run(source, { onLine: (line) => lines.push(line) })
    expect(lines).toEqual(['one', ' 50%', 'two ***', 'last'])
    expect(stderr).toBe('one\r 50%\rtwo ***\r\n\nlast\n')
  })

  it('tells what stands unfinished at its end', async () => {
    const lines: string[] = []
    await run('process.stderr.write("Пока")', { onLine: (line) => lines.push(line) })
    expect(lines).toEqual(['Пока'])
  })

  it('shows git at work', async () => {
    const lines: string[] = []
    const folder = makeFolder()
    await runGit(folder, ['init', '--quiet', '.'])
    const settings = ['user.name=test', 'user.email=test@example.invalid']
    await runGit(folder, ['commit', '--quiet', '--allow-empty', '-m', 'x'], { settings })
    await runGit(folder, ['repack', '-adf'], { onLine: (line) => lines.push(line) })
    await runGit(folder, ['clone', '--progress', '--no-local', '.', 'copy'], { onLine: (line) => lines.push(line) })
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^Receiving objects: 100%/)]))
  })
})
