import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_WORKFLOWS,
  isNeverCopied,
  loadManifest,
  parseManifest,
  removeCredential,
  storeCredential,
} from '../../src/index.js'
import { temporaryFile, temporaryFolder } from '../folders.js'

const parse = (value: unknown) => parseManifest(JSON.stringify(value), 'montana.mirror.json')

describe('the manifest', () => {
  it('has defaults for everything', () => {
    expect(parse({})).toEqual({
      ...{ secrets: [], variables: [], gates: [], notCopied: [], ledgers: [], check: null },
      workflows: DEFAULT_WORKFLOWS,
    })
  })

  it('is read as the spec has it', () => {
    const manifest = parse({
      secrets: [{ name: 'API_KEY', required: true }, { name: 'other' }],
      gates: [{ name: 'ADAPTER_MOCK_MODE', inert: 'true', live: 'false' }],
      ledgers: [{ path: 'state/ledger.ndjson', format: 'ndjson', id: 'id' }],
      check: { workflow: 'check.yml', timeoutMinutes: 3 },
    })
    expect(manifest.secrets).toEqual([
      { name: 'API_KEY', required: true },
      { name: 'other', required: false },
    ])
    expect(manifest.ledgers[0]).toEqual({ path: 'state/ledger.ndjson', format: 'ndjson', id: 'id', at: null })
    expect(manifest.check).toEqual({ workflow: 'check.yml', inputs: {}, timeoutMs: 180_000 })
  })

  it.each([
    [{ secret: [] }, 'secret'],
    [{ secrets: [{ name: 'A', value: 'x' }] }, 'secrets.0.value'],
    [{ secrets: [{ name: 'A B' }] }, 'secrets.0.name'],
    [{ secrets: [{ name: 'a' }, { name: 'A' }] }, 'secrets.1'],
    [{ gates: [{ name: 'A', inert: 'x' }] }, 'gates.0.live'],
    [{ workflows: [{ file: 'a/b.yml', primary: true, replica: true, temporary: true }] }, 'workflows.0.file'],
    [{ ledgers: [{ path: '../x', format: 'ndjson', id: 'id' }] }, 'ledgers.0.path'],
    [{ ledgers: [{ path: '/x', format: 'ndjson', id: 'id' }] }, 'ledgers.0.path'],
    [{ ledgers: [{ path: 'x', format: 'csv', id: 'id' }] }, 'ledgers.0.format'],
    [{ check: { workflow: 'x.yml', timeoutMinutes: 0 } }, 'check.timeoutMinutes'],
  ])('%j is refused by field %s', (value, field) => {
    expect(() => parse(value)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', exitCode: 78, field }))
  })

  it.each([
    [{ secrets: ['A'] }, 'secrets.0 is not an object', 'write an object'],
    [[], 'the manifest is not an object', 'write an object'],
    [
      { check: { workflow: 'x.yml', timeoutMinutes: 1_000 } },
      /check.timeoutMinutes is not at most \d+$/,
      /^write at most \d+$/,
    ],
  ])('%j is refused in words of its own', (value, message, remedy) => {
    const words = (text: string | RegExp) => expect.stringMatching(text)
    expect(() => parse(value)).toThrow(expect.objectContaining({ message: words(message), remedy: words(remedy) }))
  })

  it('none is not an empty one', () => {
    const refused = expect.objectContaining({ field: 'MIRROR_MANIFEST', exitCode: 78 })
    expect(() => loadManifest('/nonexistent/montana.mirror.json')).toThrow(refused)
    expect(() => loadManifest(temporaryFile('{"secrets": ['))).toThrow(refused)
    expect(loadManifest(temporaryFile('{}')).secrets).toEqual([])
  })

  it.each(['GITHUB_TOKEN', 'github_x', 'MIRROR_1_TOKEN', 'MIRROR_ENABLED', 'MASTER_TOKEN', 'MASTER_REPO'])(
    '%s is never copied',
    (name) => expect(isNeverCopied(name)).toBe(true),
  )

  it('an ordinary name is', () => expect(isNeverCopied('API_KEY')).toBe(false))
})

describe('a stored credential', () => {
  it('is a file of mode 0600 in a folder of 0700', async () => {
    const data = join(temporaryFolder(), 'data')
    const path = await storeCredential(data, 'github-backup', 'ghp_abc\n')
    expect(path).toBe(join(data, 'credentials', 'github-backup'))
    expect(readFileSync(path, 'utf8')).toBe('ghp_abc\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(data, 'credentials')).mode & 0o777).toBe(0o700)
    await removeCredential(data, 'github-backup')
    expect(() => statSync(path)).toThrow()
  })

  it.each(['', 'two words', 'line\nline'])('%j is no token, and is not repeated', async (token) => {
    const error = await storeCredential(temporaryFolder(), 'x', token).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: 'what was given is no token' })
  })

  it('stays in its folder', async () => {
    await expect(storeCredential(temporaryFolder(), '../x', 't')).rejects.toThrow('is no name')
  })
})
