import { describe, expect, it } from 'vitest'
import { isSyncPath } from '../src/guard/paths.js'
import { checkFileSecrets, checkSecrets } from '../src/guard/secrets.js'
import { checkShape } from '../src/guard/shape.js'
import { allowList } from '../src/guard/tree.js'
import { PUBLIC_FIELDS } from '../src/index.js'

const publicFields = new Set(PUBLIC_FIELDS)
const random = 'q9Zt4LxW7bV2mK8cR1yN5hS0dF6gJ3pQ'
const records = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [i, { name: 'x' }]))

describe('the scan for secrets', () => {
  it.each([
    ['telegram-token', 'note', `1234567890:${'AbCdEfGhIjKlMnOpQrStUvWxYz012345678'}`],
    ['openai-key', 'note', 'sk-abcdefghijklmnopqrstuvwx'],
    ['github-token', 'note', `ghp_${'a1B2'.repeat(9)}`],
    ['aws-key', 'note', 'AKIAIOSFODNN7EXAMPLE'],
    ['private-key', 'public_key', '-----BEGIN EC PRIVATE KEY-----'],
    ['url-password', 'note', 'https://user:hunter2@example.org/x'],
    ['secret-field', 'api_key', 'abc'],
    ['secret-field', 'bot_token', 'abc'],
    ['high-entropy', 'note', random],
    ['high-entropy', 'note', '3f9a1c7e5b2d8046f1e3a5c79b8d2064'],
  ])('names the rule %s and the path, never the value', (rule, field, value) => {
    const scan = () => checkFileSecrets('data/users.json', { 7: { [field]: value } }, publicFields)
    expect(scan).toThrow(expect.objectContaining({ code: 'SECRET_FOUND', metadata: expect.objectContaining({ rule }) }))
    expect(scan).toThrow(expect.not.stringContaining(value) as unknown as string)
    try {
      scan()
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toContain(value)
      expect(String(error)).toContain(`data/users.json/7/${field}`)
    }
  })

  it('lets public fields, addresses and ordinary words pass', () => {
    const node = {
      public_key: random + random,
      address: `mt${'ab12'.repeat(10)}`,
      owner: 'somebody with a rather long description of what this is for',
      location: 'Amsterdam, the Netherlands',
      ip: '192.0.2.10',
      created_at: '2026-01-05T10:00:00.000Z',
    }
    const address = 'mta46b633d258059b90db46adffc6c5ca08f0e8d6c'
    expect(() => checkFileSecrets('n', { [address]: { ...node, alias: address } }, publicFields)).not.toThrow()
  })

  it('looks at names, into deeper values, and at what a write changes', () => {
    expect(() => checkFileSecrets('f', { [random]: { a: 1 } }, publicFields)).toThrow(/high-entropy/)
    expect(() => checkFileSecrets('f', { 7: { list: [{ token: 'x' }] } }, publicFields)).toThrow(/secret-field/)
    expect(() => checkSecrets('f', new Map([['/7/note', random]]), publicFields)).toThrow(/high-entropy/)
    expect(() => checkSecrets('f', new Map([['/7/public_key', random]]), publicFields)).not.toThrow()
    expect(() => checkSecrets('f', new Map([['/7/password', undefined]]), publicFields)).not.toThrow()
  })
})

describe('the shape guard', () => {
  it.each([
    [100, 79, true],
    [100, 80, false],
    [20, 11, false],
    [20, 10, true],
    [9, 0, false],
  ])('%i records, then %i: held %s', (before, after, isHeld) => {
    const check = () => checkShape('f', records(before), records(after))
    if (isHeld) expect(check).toThrow(expect.objectContaining({ code: 'SHRINK_HELD' }))
    else expect(check).not.toThrow()
  })

  it('counts a file that is no table any more as all records gone', () => {
    expect(() => checkShape('f', records(10), [])).toThrow(/10 of 10/)
    expect(() => checkShape('f', undefined, records(3))).not.toThrow()
  })
})

describe('paths', () => {
  it.each(['data/users.json', 'a', 'a-b/c_d.json'])('%s may be synced', (path) => expect(isSyncPath(path)).toBe(true))
  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    'a//b',
    'a/',
    '.git/config',
    'a/.GIT/x',
    '.breath/x',
    'a\\b',
    'a b',
    'a\n',
  ])('%j may not', (path) => expect(isSyncPath(path)).toBe(false))

  it('allows the synced files and what belongs to them', () => {
    const isAllowed = allowList(['data/users.json'])
    const good = [
      'data/users.json',
      '.breath/stamps/data/users.json',
      '.breath/vector.json',
      '.breath/history/2026-01-05-0000.json',
    ]
    const bad = ['data/users.json.bak', '.env', '.breath/x', '.breath/history/../../x', '.breath/stamps/.env']
    expect(good.map(isAllowed)).toEqual(good.map(() => true))
    expect(bad.map(isAllowed)).toEqual(bad.map(() => false))
  })
})
