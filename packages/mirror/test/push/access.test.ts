import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AccessInit, createGitAccess } from '../../src/push/access.js'

const NONE: AccessInit = {
  url: '',
  username: 'x-access-token',
  credential: { kind: 'none' },
  caFile: null,
  proxies: {},
}
const TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyzAB'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'montana-access-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function sshFiles(below = folder, mode = 0o600) {
  const keyPath = join(below, 'key')
  const knownHostsPath = join(below, 'known')
  writeFileSync(keyPath, 'key')
  chmodSync(keyPath, mode)
  writeFileSync(knownHostsPath, 'host key')
  return { kind: 'ssh' as const, keyPath, knownHostsPath }
}

describe('the URL of a target', () => {
  it.each([
    ['https://user:secret-word@example.org/o/r.git', 'TOKEN'],
    ['https://user@example.org/o/r.git', 'USERNAME'],
    ['ssh://git:secret-word@example.org/o/r.git', 'TOKEN'],
    ['http://example.org/o/r.git', 'https'],
    ['http://127.0.0.1.example.org/o/r.git', 'https'],
    ['git://example.org/o/r.git', 'https'],
    ['ext::sh -c id', 'https'],
    ['git@example.org:o/r.git', 'https'],
    ['relative/path', 'https'],
    ['https://example.org/o/r.git?secret-word', 'Leave'],
    ['https://example.org/o/r\n.git', 'https'],
  ])('is refused without being repeated: %s', async (url, remedy) => {
    const error: Error & { remedy?: string } = await createGitAccess({ ...NONE, url }).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', field: 'URL' })
    expect(error.remedy).toContain(remedy)
    expect(JSON.stringify(error)).not.toContain('secret-word')
  })

  it.each(['http://127.0.0.1:80/o/r.git', 'http://localhost/o/r', 'http://[::1]:81/o/r', '/srv/a folder/r.git'])(
    'is taken: %s',
    async (url) => {
      expect((await createGitAccess({ ...NONE, url })).url).toBe(url.replace(':80/', '/'))
    },
  )

  it('opens plain http for loopback alone', async () => {
    const here = await createGitAccess({ ...NONE, url: 'http://127.0.0.1/r' })
    const there = await createGitAccess({ ...NONE, url: 'https://example.org/r' })
    expect(here.environment.GIT_ALLOW_PROTOCOL).toBe('https:ssh:file:http')
    expect(there.environment.GIT_ALLOW_PROTOCOL).toBe('https:ssh:file')
  })
})

describe('a token', () => {
  const token = { kind: 'token', value: TOKEN } as const

  it('is neither in the URL nor in a setting, and the redactor knows each of its forms', async () => {
    const access = await createGitAccess({ ...NONE, url: 'https://example.org/o/r.git', credential: token })
    const basic = Buffer.from(`x-access-token:${TOKEN}`).toString('base64')
    expect(JSON.stringify([access.url, access.settings])).not.toMatch(new RegExp(`${TOKEN}|${basic}`))
    expect(Object.values(access.environment)).toContain(`Authorization: Basic ${basic}`)
    expect(access.secrets).toEqual(expect.arrayContaining([TOKEN, basic]))
  })

  it('does not go with ssh, nor a key with https', async () => {
    await expect(createGitAccess({ ...NONE, url: 'ssh://h/r', credential: token })).rejects.toMatchObject({
      field: 'SSH_KEY_PATH',
    })
    const withKey = createGitAccess({ ...NONE, url: 'https://h/r', credential: sshFiles() })
    await expect(withKey).rejects.toMatchObject({ field: 'TOKEN' })
  })
})

describe('a proxy', () => {
  it('is handed on, and its password is a secret', async () => {
    const proxies = { HTTPS_PROXY: 'http://me:p%40ss@proxy.example.org:3128', NO_PROXY: 'localhost', HOME: '/root' }
    const { environment, secrets } = await createGitAccess({ ...NONE, url: 'https://example.org/r', proxies })
    expect(environment).toMatchObject({ HTTPS_PROXY: proxies.HTTPS_PROXY, NO_PROXY: 'localhost' })
    expect(environment).not.toHaveProperty('HOME')
    expect(secrets).toEqual(['p%40ss', 'p@ss', Buffer.from('me:p@ss').toString('base64')])
  })
})

describe('ssh', () => {
  const url = 'ssh://example.org:2222/r.git'

  it('knows one key and one list of hosts, and takes the user that the URL lacks', async () => {
    const access = await createGitAccess({ ...NONE, url, username: 'git', credential: sshFiles() })
    expect(access.url).toBe('ssh://git@example.org:2222/r.git')
    const command = access.environment.GIT_SSH_COMMAND
    expect(command).toMatch(/^ssh -F none /)
    for (const option of ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes'])
      expect(command).toContain(option)
  })

  it.each([0o640, 0o604, 0o644])('refuses a key with mode %o', async (mode) => {
    const access = createGitAccess({ ...NONE, url, credential: sshFiles(folder, mode) })
    await expect(access).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      field: 'SSH_KEY_PATH',
      remedy: expect.stringContaining('chmod 600'),
    })
  })

  it.each(['100% mine', 'cost $HOME'])('refuses a path that ssh would read as something else: %s', async (name) => {
    mkdirSync(join(folder, name))
    const access = createGitAccess({ ...NONE, url, credential: sshFiles(join(folder, name)) })
    await expect(access).rejects.toMatchObject({ field: 'SSH_KEY_PATH' })
  })

  it('refuses a list of hosts that is not there', async () => {
    const credential = { ...sshFiles(), knownHostsPath: join(folder, 'none') }
    await expect(createGitAccess({ ...NONE, url, credential })).rejects.toMatchObject({ field: 'SSH_KNOWN_HOSTS' })
  })
})
