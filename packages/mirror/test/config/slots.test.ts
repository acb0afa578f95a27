import { chmodSync } from 'node:fs'
import { ConfigError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import type { GithubTarget, TargetConfig } from '../../src/contracts/config.js'
import { describeConfig, loadMirrorConfig } from '../../src/index.js'
import { temporaryFile } from '../folders.js'

const SECRET = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'
const GITHUB = { REPO: 'backup/orchestrator', TOKEN: SECRET }
type Slot = Readonly<Record<string, string>>

function load(slot: Slot): TargetConfig {
  const environment = Object.fromEntries(Object.entries(slot).map(([key, value]) => [`MIRROR_5_${key}`, value]))
  const [target] = loadMirrorConfig({ environment }).targets
  if (target === undefined) throw new Error('no target')
  return target
}

function refusal(slot: Slot): ConfigError {
  try {
    load(slot)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the slot was taken')
}

const field = (key: string) => expect.objectContaining({ field: `MIRROR_5_${key}`, exitCode: 78 })

describe('a slot that is not complete', () => {
  it.each([
    [{ TOKEN: SECRET }, 'REPO'],
    [{ REPO: 'a/b' }, 'TOKEN'],
    [{ ENABLED: 'false' }, 'REPO'],
    [{ REPO: 'a/b', APP_ID: '7' }, 'APP_KEY_FILE'],
    [{ TYPE: 'git' }, 'URL'],
    [{ TYPE: 'git', URL: 'ssh://git@host/repo.git' }, 'SSH_KEY_PATH'],
  ])('%j lacks %s', (slot, key) => {
    expect(refusal(slot)).toEqual(field(key))
  })

  it('an ssh slot needs pinned host keys', () => {
    const SSH_KEY_PATH = temporaryFile('key')
    expect(refusal({ TYPE: 'git', URL: 'ssh://git@host/repo.git', SSH_KEY_PATH })).toEqual(field('SSH_KNOWN_HOSTS'))
  })
})

describe('an archive', () => {
  const GIT = { TYPE: 'git', URL: 'https://git.example.com/repo.git' }

  it.each(['SYNC_SECRETS', 'SYNC_VARS', 'PROMOTABLE'])('refuses %s=true', (key) => {
    expect(refusal({ ...GIT, [key]: 'true' })).toEqual(field(key))
    load({ ...GIT, [key]: 'false' })
  })

  it.each(['REPO', 'API_URL', 'APP_ID', 'SENTINEL_TOKEN', 'SECRET_X', 'RENEWAL_TRIGGER_TOKEN', 'WORKFLOW_PATHS'])(
    'refuses %s',
    (key) => {
      const values: Slot = { REPO: 'a/b', API_URL: 'https://h', APP_ID: '7', WORKFLOW_PATHS: 'alert' }
      expect(refusal({ ...GIT, [key]: values[key] ?? 'x' })).toEqual(field(key))
    },
  )

  it('has a password or nothing over https', () => {
    expect(load(GIT)).toMatchObject({ type: 'git', credential: { kind: 'none' }, username: 'git' })
    expect(load({ ...GIT, TOKEN: SECRET, USERNAME: 'me' })).toMatchObject({
      credential: { kind: 'token' },
      username: 'me',
    })
  })

  it('over ssh has a key and pinned hosts, and nothing else', () => {
    const SSH_KEY_PATH = temporaryFile('key')
    const ssh = { TYPE: 'git', URL: 'ssh://git@host:2222/repo.git', SSH_KEY_PATH, SSH_KNOWN_HOSTS: temporaryFile('') }
    const credential = { kind: 'ssh', keyPath: SSH_KEY_PATH, knownHostsPath: ssh.SSH_KNOWN_HOSTS }
    expect(load(ssh)).toMatchObject({ credential })
    expect(refusal({ ...ssh, TOKEN: SECRET })).toEqual(field('TOKEN'))
    expect(refusal({ ...ssh, URL: '/srv/repo.git' })).toEqual(field('SSH_KEY_PATH'))
  })
})

describe('URLs', () => {
  const url = (URL: string) => load({ TYPE: 'git', URL }).url

  it.each(['/srv/x.git', 'https://h/x.git', 'http://127.0.0.1:8080/x', 'http://localhost/x', 'http://[::1]:1/x'])(
    '%s is taken',
    (text) => expect(url(text)).toBe(text),
  )

  it.each([
    'http://example.com/x.git',
    'http://127.0.0.1.example.com/x.git',
    'https://user@h/x.git',
    'https://user:hunter2-pass@h/x.git',
    'ssh://git:hunter2-pass@h/x.git',
    'ssh://-oProxyCommand=x/y',
    'ssh://-o@h/y',
    'git@host:x.git',
    'file:///srv/x.git',
    'ext::sh -c x',
    'relative/x.git',
  ])('%s is refused, and not repeated', (text) => {
    const error = refusal({ TYPE: 'git', URL: text })
    expect(error).toEqual(field('URL'))
    expect(error.message + error.remedy).not.toContain('hunter2')
  })

  it.each([
    ['https://api.github.com', 'https://github.com/backup/orchestrator.git'],
    ['https://ghes.example.com/api/v3/', 'https://ghes.example.com/backup/orchestrator.git'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000/backup/orchestrator.git'],
  ])('API %s serves %s', (API_URL, expected) => {
    expect(load({ ...GITHUB, API_URL })).toMatchObject({ url: expected, apiUrl: API_URL.replace(/\/$/, '') })
  })

  it('of a github slot is never ssh', () => {
    expect(refusal({ REPO: 'a/b', URL: 'ssh://git@h/x' })).toEqual(field('URL'))
  })
})

describe('credentials', () => {
  it('come from a file of mode 0600', () => {
    const TOKEN_FILE = temporaryFile(`${SECRET}\n`)
    expect(load({ REPO: 'a/b', TOKEN_FILE }).credential).toEqual({ kind: 'token', value: SECRET })
    chmodSync(TOKEN_FILE, 0o640)
    expect(refusal({ REPO: 'a/b', TOKEN_FILE })).toMatchObject({ remedy: 'set its mode to 0600' })
  })

  it('a token and a file of one are one too many', () => {
    expect(refusal({ ...GITHUB, TOKEN_FILE: temporaryFile(SECRET) })).toEqual(field('TOKEN_FILE'))
    const sentinel = { SENTINEL_TOKEN: 'a', SENTINEL_TOKEN_FILE: temporaryFile(SECRET) }
    expect(refusal({ ...GITHUB, ...sentinel })).toEqual(field('SENTINEL_TOKEN_FILE'))
  })

  it('an App has a number and a private key, and no token', () => {
    const app = { APP_ID: '12', APP_KEY_FILE: temporaryFile('PEM') }
    const expected = { kind: 'app', appId: '12', privateKeyPem: 'PEM', installationId: null }
    expect(load({ REPO: 'a/b', ...app }).credential).toEqual(expected)
    expect(refusal({ ...GITHUB, ...app })).toEqual(field('APP_ID'))
  })

  it.each(['SSH_KEY_PATH', 'TOKEN_FILE', 'APP_KEY_FILE'])('%s that is not there is named without its value', (key) => {
    const git = { TYPE: 'git', URL: 'ssh://git@h/x', SSH_KNOWN_HOSTS: temporaryFile('') }
    const slot = key === 'SSH_KEY_PATH' ? git : { REPO: 'a/b', ...(key === 'APP_KEY_FILE' && { APP_ID: '1' }) }
    const error = refusal({ ...slot, [key]: `/nonexistent/${SECRET}` })
    expect(error).toEqual(field(key))
    expect(error.message).toContain('ENOENT')
    expect(error.message).not.toContain(SECRET)
  })

  it('an ssh key that others may read is refused', () => {
    const git = { TYPE: 'git', URL: 'ssh://git@h/x', SSH_KNOWN_HOSTS: temporaryFile('') }
    expect(refusal({ ...git, SSH_KEY_PATH: temporaryFile('key', 0o644) })).toEqual(field('SSH_KEY_PATH'))
  })

  it('of the sentinel is never silently the one of the slot', () => {
    expect(load(GITHUB)).toMatchObject({ sentinelToken: null })
    expect(load({ ...GITHUB, SENTINEL_TOKEN: 'other' })).toMatchObject({ sentinelToken: 'other' })
  })
})

describe('secrets for one target', () => {
  const secretsOf = (slot: Slot) => (load({ ...GITHUB, ...slot }) as GithubTarget).secrets

  it('are taken as they are, under the name that GitHub stores', () => {
    const secrets = secretsOf({ SECRET_api_key: ' with blanks \nand lines ', RENEWAL_TRIGGER_TOKEN: 'r' })
    const expected = new Map([...[['API_KEY', ' with blanks \nand lines ']], ['RENEWAL_TRIGGER_TOKEN', 'r']] as [
      string,
      string,
    ][])
    expect(secrets).toEqual(expected)
  })

  it.each([
    ['SECRET_GITHUB_X', 'x'],
    ['SECRET_1X', 'x'],
    ['SECRET_A-B', 'x'],
    ['SECRET_BIG', `${SECRET}${'x'.repeat(49_152)}`],
  ])('%s is refused', (key, value) => {
    const error = refusal({ ...GITHUB, [key]: value })
    expect(error).toEqual(field(key))
    expect(error.message).not.toContain('xx')
  })

  it('a name and its alias are one too many', () => {
    const both = { SECRET_RENEWAL_TRIGGER_TOKEN: 'a', RENEWAL_TRIGGER_TOKEN: 'b' }
    expect(refusal({ ...GITHUB, ...both }).message).toContain('is given twice')
  })
})

describe('the rest of a slot', () => {
  it('one timeout is meant for both pushes', () => {
    expect(load({ ...GITHUB, PUSH_TIMEOUT_MINUTES: '7' }).pushTimeoutMs).toEqual({ first: 420_000, later: 420_000 })
  })

  it('patterns of refs', () => {
    expect(load({ ...GITHUB, REFS: 'refs/heads/*, ^refs/heads/wip/*' }).refs).toEqual([
      'refs/heads/*',
      '^refs/heads/wip/*',
    ])
  })

  it.each(['main', '^refs/heads/*', 'refs/heads/*/*', 'refs/heads/..', '', '-x', 'refs/heads/a b'].filter(Boolean))(
    'pattern %j is refused',
    (REFS) => expect(refusal({ ...GITHUB, REFS })).toEqual(field('REFS')),
  )

  it('a description names everything and shows no secret', () => {
    const environment = {
      ...{ MIRROR_1_REPO: 'a/b', MIRROR_1_TOKEN: `${SECRET}1`, MIRROR_1_SECRET_X: `${SECRET}2` },
      ...{ MIRROR_1_SENTINEL_TOKEN: `${SECRET}3`, MASTER_TOKEN: `${SECRET}4` },
      ...{ MIRROR_ALERT_WEBHOOK: `https://hooks.example.com/${SECRET}5`, MASTER_REPO: 'c/d' },
      ...{ MIRROR_2_REPO: 'e/f', MIRROR_2_APP_ID: '7', MIRROR_2_APP_KEY_FILE: temporaryFile(`${SECRET}6`) },
    }
    const text = JSON.stringify(describeConfig(loadMirrorConfig({ environment })))
    expect(text).not.toContain(SECRET)
    for (const part of ['"a/b"', '"c/d"', '"e/f"', '["X"]', '"appId":"7"', '***']) expect(text).toContain(part)
  })
})
