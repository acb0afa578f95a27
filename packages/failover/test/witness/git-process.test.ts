import { getEventListeners } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Git } from '../../src/git/run.js'
import { GitWorld } from '../support/git.js'
import { code } from './support.js'

/** Git, but a shell script. */
function script(text: string, timeoutMs = 5_000): Git {
  const world = new GitWorld()
  const program = join(world.folder, 'script')
  writeFileSync(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return new Git(world.folder, { program, timeoutMs })
}

describe('a run of git', () => {
  it('gives what git wrote and how it ended', async () => {
    expect(await script('cat; echo words >&2; exit 3').run(['x'], { input: 'given' })).toEqual({
      code: 3,
      stdout: Buffer.from('given'),
      stderr: 'words\n',
    })
    expect((await script('kill -9 $$').run([])).code).toBe(-1)
  })

  it('asks nobody, and takes no setting of whoever started it', async () => {
    vi.stubEnv('GIT_DIR', '/nowhere')
    vi.stubEnv('SOME_TOKEN', 'secret')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { stdout } = await script('env').run([])
    const lines = stdout.toString().split('\n')
    expect(lines).toEqual(expect.arrayContaining(['GIT_TERMINAL_PROMPT=0', 'GIT_CONFIG_GLOBAL=/dev/null', 'LC_ALL=C']))
    expect(lines.filter((line) => /^(?:GIT_DIR|SOME_TOKEN)/.test(line))).toEqual([])
  })

  it('keeps what ssh needs: the agent, and no time for a host that does not answer', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', '/agent')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { stdout } = await script('env').run([])
    const lines = stdout.toString().split('\n')
    expect(lines).toEqual(
      expect.arrayContaining(['SSH_AUTH_SOCK=/agent', 'GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=3']),
    )
  })

  it('says in the words of git what failed, without a password', async () => {
    const failing = script('echo "fatal: https://user:secret@host/x not found" >&2; exit 128').text(['fetch'])
    await expect(failing).rejects.toThrow('git fetch failed (128): fatal: https://host/x not found')
    await expect(failing).rejects.toEqual(code('GIT_FAILED'))
    const twice = script('echo "fatal: https://user:sec@ret@host/x not found" >&2; exit 128').text(['fetch'])
    await expect(twice).rejects.toThrow('git fetch failed (128): fatal: https://host/x not found')
  })

  it('kills what takes too long or writes too much', async () => {
    await expect(script('sleep 5', 100).run([])).rejects.toEqual(code('TIMEOUT'))
    await expect(script('yes').run([])).rejects.toEqual(code('GIT_FAILED'))
  })

  it('says that there is no git', async () => {
    const git = new Git('/', { program: '/nowhere/git' })
    await expect(git.run([])).rejects.toEqual(code('GIT_FAILED'))
  })

  it('leaves no listener on the signal, however it ends', async () => {
    const controller = new AbortController()
    const { signal } = controller
    await script('true').run([], { signal })
    await script('sleep 5', 50)
      .run([], { signal })
      .catch(() => {})
    await new Git('/', { program: '/nowhere/git' }).run([], { signal }).catch(() => {})
    expect(getEventListeners(signal, 'abort')).toEqual([])
    const pending = script('sleep 5').run([], { signal })
    controller.abort()
    await expect(pending).rejects.toEqual(code('ABORTED'))
    await expect(script('true').run([], { signal })).rejects.toEqual(code('ABORTED'))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
