import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEntry, parseEnv } from '../../src/config/env-text.js'
import { withFileLock } from '../../src/files/file-lock.js'
import { removeKeys, setKeys } from '../../src/index.js'
import { temporaryFile, temporaryFolder } from '../folders.js'

const values = (text: string) =>
  Object.fromEntries(parseEnv(text).flatMap((piece) => (piece.kind === 'entry' ? [[piece.key, piece.value]] : [])))

describe('a .env', () => {
  it.each([
    ['A=1', '1'],
    ['export A=1', '1'],
    ['  export   A = 1  ', '1'],
    ['A=1 # one', '1'],
    ['A=1#one', '1#one'],
    ['A=# nothing', ''],
    ['A=', ''],
    ["A='a # b'", 'a # b'],
    ['A="a # b" # c', 'a # b'],
    ["A='a\\n$HOME'", 'a\\n$HOME'],
    ['A="a\\nb\\t\\"c\\" \\\\ \\$HOME"', 'a\nb\t"c" \\ $HOME'],
    ['A=$HOME', '$HOME'],
    ['A=$(x) `y`', '$(x) `y`'],
    ['A="two\nlines"', 'two\nlines'],
    ['A=1\r\nB=2\r\n', '1'],
    ['A="1"\r\nB=2\r\n', '1'],
    ['\uFEFFA=1', '1'],
    ['A=old\nA=1', '1'],
    ['A=a=b', 'a=b'],
  ])('%j', (text, expected) => {
    expect(values(text).A).toBe(expected)
  })

  it('comments and lines that are no assignment are kept apart', () => {
    expect(values('# A=1\nB\n\nC=2\nD="open\nE=3')).toEqual({ C: '2', E: '3' })
  })

  it('CRLF does not end up in values', () => {
    expect(values('A=1\r\nB=2\r\n')).toEqual({ A: '1', B: '2' })
  })

  it('any text is the sum of its pieces, and any value is read back', () => {
    const lines = fc.array(
      fc.constantFrom('A=1', '# x', 'B="q', '"', "C='", "'", 'export D=2 # y', '\r', ' ', '\\', '=', 'E="a\\"b"'),
    )
    fc.assert(
      fc.property(lines, (parts) => {
        const text = parts.join('\n')
        expect(
          parseEnv(text)
            .map(({ raw }) => raw)
            .join(''),
        ).toBe(text)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(values(formatEntry('A', value.replaceAll('\0', ''))).A).toBe(value.replaceAll('\0', ''))
      }),
    )
  })
})

describe('editing it', () => {
  const BEFORE = '# mirrors\nexport FOO="a b" # keep\n\nMIRROR_1_REPO=a/b # old\r\nBAR=1\n'

  it('touches only the keys that are named, and closes the file', async () => {
    const file = temporaryFile(BEFORE, 0o644, '.env')
    await setKeys(file, { MIRROR_1_REPO: 'c/d', MIRROR_1_NAME: "it's" })
    const after = '# mirrors\nexport FOO="a b" # keep\n\nMIRROR_1_REPO=c/d\nBAR=1\nMIRROR_1_NAME="it\'s"\n'
    expect(readFileSync(file, 'utf8')).toBe(after)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(file))).toEqual(['.env'])
    await removeKeys(file, (key) => key.startsWith('MIRROR_1_'))
    expect(readFileSync(file, 'utf8')).toBe('# mirrors\nexport FOO="a b" # keep\n\nBAR=1\n')
  })

  it('sweeps away what a process left that was killed while it asked for the lock, and nothing else', async () => {
    const file = temporaryFile('A=1', 0o600, '.env')
    const gone = { pid: 2 ** 22 + 1, started: '1', since: '2026-01-01T00:00:00Z', nonce: 'x' }
    const bootId = await withFileLock(file, async () => JSON.parse(readFileSync(`${file}.lock`, 'utf8')).bootId)
    writeFileSync(`${file}.lock.0a1b2c3d`, JSON.stringify({ ...gone, bootId }))
    writeFileSync(`${file}.lock.0a1b2c3e`, JSON.stringify({ ...gone, bootId: 'another host' }))
    writeFileSync(`${file}.lock.notes`, JSON.stringify({ ...gone, bootId }))
    await setKeys(file, { A: '2' })
    expect(readdirSync(dirname(file)).sort()).toEqual(['.env', '.env.lock.0a1b2c3e', '.env.lock.notes'])
  })

  it('of two equal keys the one that counts is changed, the other goes', async () => {
    const file = temporaryFile('A=secret\nB=1\nA=2')
    await setKeys(file, { A: '3' })
    expect(readFileSync(file, 'utf8')).toBe('B=1\nA=3\n')
  })

  it('makes the file where there is none, and keeps a link', async () => {
    const file = join(temporaryFolder(), 'link')
    const target = temporaryFile('A=1')
    symlinkSync(target, file)
    await setKeys(file, { B: '2' })
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(readFileSync(target, 'utf8')).toBe('A=1\nB=2\n')
    const fresh = join(temporaryFolder(), '.env')
    await setKeys(fresh, { B: '2' })
    expect(readFileSync(fresh, 'utf8')).toBe('B=2\n')
  })

  it('two at once lose nothing', async () => {
    const file = temporaryFile('', 0o600, '.env')
    const keys = Array.from({ length: 12 }, (_, index) => `K${index}`)
    await Promise.all(keys.map((key) => setKeys(file, { [key]: '1' })))
    expect(Object.keys(values(readFileSync(file, 'utf8'))).sort()).toEqual([...keys].sort())
  })
})
