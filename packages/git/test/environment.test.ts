import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type GitOptions, runGit } from '../src/index.js'
import { setEnvironment } from './support/environment.js'
import { makeFolder, plant } from './support/folder.js'

/** The environment that git is given. */
async function given(options: GitOptions = {}): Promise<Record<string, string>> {
  const folder = makeFolder()
  const program = plant(folder, 'process.stdout.write(JSON.stringify(process.env))')
  return JSON.parse((await runGit(folder, [], { program, ...options })).stdout.toString())
}

describe('the environment of git', () => {
  it('asks nobody and reads no configuration of system or user', async () => {
    expect(await given()).toMatchObject({
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
      LC_ALL: 'C',
    })
  })

  it('is what git needs of that of the process, and no name beside it', async () => {
    setEnvironment({
      ...{
        GIT_DIR: '/nowhere',
        GIT_WORK_TREE: '/nowhere',
        GIT_CONFIG_COUNT: '1',
        GIT_TRACE_CURL: '1',
        GIT_ASKPASS: '/x',
      },
      ...{ GITHUB_TOKEN: 'ghp_secret', MASTER_TOKEN: 'secret', XDG_CONFIG_HOME: '/nowhere', SSH_ASKPASS: '/x' },
      ...{ SSH_AUTH_SOCK: '/nowhere', LC_TIME: 'C', LANG: 'C', TMPDIR: '/tmp', NODE_OPTIONS: '' },
    })
    const expected = ['PATH', 'HOME', 'LANG', 'LC_TIME', 'TMPDIR', 'GIT_TERMINAL_PROMPT', 'GIT_CONFIG_NOSYSTEM']
    expected.push('GIT_CONFIG_GLOBAL', 'GIT_OPTIONAL_LOCKS', 'GIT_SSH_COMMAND', 'LC_ALL')
    expected.push('GIT_NO_REPLACE_OBJECTS', 'GIT_GRAFT_FILE')
    const optional = /^(?:LC_.*|https?_proxy|HTTPS_PROXY|(?:all|no)_proxy|SSL_CERT_(?:FILE|DIR))$/i
    const names = Object.keys(await given())
    expect(names).toEqual(expect.arrayContaining(expected))
    expect(names.filter((name) => !expected.includes(name) && !optional.test(name))).toEqual([])
  })

  it('keeps proxies and certificates', async () => {
    const kept = { HTTPS_PROXY: 'http://127.0.0.1:9', no_proxy: 'localhost', SSL_CERT_FILE: '/nowhere/ca.pem' }
    setEnvironment(kept)
    expect(await given()).toMatchObject(kept)
  })

  it('has the ssh agent only where that is asked for', async () => {
    setEnvironment({ SSH_AUTH_SOCK: '/nowhere' })
    expect(await given()).not.toHaveProperty('SSH_AUTH_SOCK')
    expect(await given({ sshAgent: true })).toMatchObject({ SSH_AUTH_SOCK: '/nowhere' })
  })

  it('takes what the caller gives above all', async () => {
    const environment = { GIT_SSH_COMMAND: 'ssh -F none', GIT_ASKPASS: '/helper', MIRROR_PASSWORD: 'x' }
    expect(await given({ environment })).toMatchObject(environment)
  })

  it('keeps git in its folder when the process stands in a hook of another repository', async () => {
    const [ours, other] = [makeFolder(), makeFolder()]
    for (const folder of [ours, other]) await runGit(folder, ['init', '--quiet', '--bare', '.'])
    setEnvironment({ GIT_DIR: other })
    const { stdout } = await runGit(ours, ['rev-parse', '--absolute-git-dir'])
    expect(stdout.toString().trim()).toBe(ours)
  })

  it('tells of history as others will have it, without replacements and grafts of this repository', async () => {
    const folder = makeFolder()
    const settings = ['user.name=test', 'user.email=test@example.invalid']
    const call = async (...args: string[]) => (await runGit(folder, args, { settings })).stdout.toString().trim()
    await call('init', '--quiet', '--initial-branch=main', '.')
    await call('commit', '--quiet', '--allow-empty', '-m', 'one')
    const old = await call('rev-parse', 'main')
    await call('checkout', '--quiet', '--orphan', 'other')
    await call('commit', '--quiet', '--allow-empty', '-m', 'other')
    await call('replace', '--graft', 'other', old)
    mkdirSync(join(folder, '.git', 'info'), { recursive: true })
    writeFileSync(join(folder, '.git', 'info', 'grafts'), `${await call('rev-parse', 'other')} ${old}\n`)
    expect(await call('rev-list', '--count', 'other')).toBe('1')
    expect(await runGit(folder, ['merge-base', '--is-ancestor', 'main', 'other'])).toMatchObject({ code: 1 })
  })
})
