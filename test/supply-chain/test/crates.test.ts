import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lockBreaches, parseCargoLock, registryOf } from '../src/cargo-lock.js'
import { cargoManifestBreaches, crateName } from '../src/cargo-manifest.js'
import { findCrates, parseMetadata } from '../src/crates.js'
import { readPolicy } from '../src/policy.js'

const POLICY = { licences: ['MIT'], exceptions: [], scripts: [], duplicateCrates: [] }
const NATIVE = join(import.meta.dirname, '..', '..', '..', 'native')

const block = (lines: object) =>
  `[[package]]\n${Object.entries(lines)
    .map(([key, value]) => `${key} = "${value}"`)
    .join('\n')}\n`
const GOOD = { name: 'a', version: '1.0.0', source: 'registry+x', checksum: '0'.repeat(64) }
const rules = (...blocks: object[]) => {
  const crates = parseCargoLock(blocks.map(block).join('\n'))
  return lockBreaches(crates, { own: new Set(['ours']), registry: registryOf(crates) }, POLICY).map(({ rule }) => rule)
}

describe('a crate of a Cargo.lock', () => {
  it('of the registry, with a hash, is welcome', () => expect(rules(GOOD)).toEqual([]))
  it('of ours is left out', () => expect(rules({ name: 'ours', version: '0.1.0' })).toEqual([]))
  it('without a hash is not', () => {
    const { checksum, ...bare } = GOOD
    expect(rules(bare)).toEqual(['hash'])
    expect(rules({ ...GOOD, checksum: checksum.slice(1) })).toEqual(['hash'])
  })
  it('of a repository or a folder is not', () => {
    expect(rules({ ...GOOD, source: 'git+https://evil.example/x#1' })).toEqual(['source'])
    expect(rules({ name: 'vendored', version: '1.0.0' }, GOOD)).toEqual(['hash', 'source'])
  })
  it('of another registry than the others is not', () => {
    const [b, c] = [
      { ...GOOD, name: 'b' },
      { ...GOOD, name: 'c', source: 'registry+y' },
    ]
    expect(rules(GOOD, b, c)).toEqual(['source'])
  })
  it('in two versions is not, unless the policy says why', () => {
    expect(rules(GOOD, { ...GOOD, version: '2.0.0' })).toEqual(['duplicate'])
  })
})

describe('a Cargo.toml', () => {
  const breaches = (text: string) => cargoManifestBreaches('Cargo.toml', text, new Set(['a'])).map(({ rule }) => rule)
  it.each([
    ['[dependencies]\na = "=1.0.0"', []],
    ['[dependencies]\na = { version = "=1.0.0", features = ["git"] }', []],
    ['[dependencies.a]\nversion = "=1.0.0"\nfeatures = ["git"]', []],
    ['[dependencies]\na = "1"', ['pin']],
    ['[dependencies]\na = "=1"', ['pin']],
    ['[dependencies]\na = { version = "^1.0.0" }', ['pin']],
    ['[dependencies]\n"a" = \'1\'', ['pin']],
    ['[dev-dependencies]\na.version = "*"', ['pin']],
    ['[build-dependencies.a]\nversion = "1.0.0"', ['pin']],
    ['[dependencies]\na = { git = "https://evil.example/x" }', ['source']],
    ['[dev-dependencies]\na.path = "../x"', ['source']],
    ['[target.\'cfg(unix)\'.build-dependencies.a]\npath = "../x"', ['source']],
    ['[dependencies]\na = { version = "=1.0.0", registry = "other" }', ['source']],
    ['[dependencies]\nb = "=1.0.0"', ['lock']],
    ['[dependencies]\nb = { package = "a", version = "=1.0.0" }', []],
    ['[patch.crates]\na = "1"', ['source']],
    ['[lib]\npath = "x.rs"', []],
  ])('%s: %j', (text, expected) => expect(breaches(text)).toEqual(expected))
  it('names its crate', () => expect(crateName('# x\n[package]\n# y\nname = "ours"\n[lib]\nname = "z"\n')).toBe('ours'))
})

describe('the addon of this checkout', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'montana-supply-'))
    for (const file of ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src/lib.rs'])
      cpSync(join(NATIVE, file), join(root, file))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(root, { recursive: true })
  })
  const found = () => findCrates(root, ['Cargo.lock'], readPolicy())
  const change = (file: string, from: string | RegExp, to: string) =>
    writeFileSync(join(root, file), readFileSync(join(root, file), 'utf8').replace(from, to))
  const WISH = '[dependencies]\nleftpad-evil = { git = "https://evil.example/x" }'

  it('is sound as it is', () => {
    const { breaches, crates } = found()
    expect(breaches).toEqual([])
    expect(crates.length).toBeGreaterThan(30)
  })
  it('with one sum taken out is not, whatever cargo says to it', () => {
    change('Cargo.lock', /^checksum = .*\n/m, '')
    expect(found().breaches.map(({ rule }) => rule)).toContain('hash')
    vi.stubEnv('PATH', '')
    expect(found().breaches.map(({ rule }) => rule)).toEqual(['hash'])
  })
  it('with a repository asked for beside the lock is not', () => {
    change('Cargo.toml', '[dependencies]', WISH)
    vi.stubEnv('PATH', '')
    expect(found().breaches.map(({ rule }) => rule)).toEqual(['source', 'lock'])
  })
  it('that cargo refuses is a breach; where cargo is not, the licences alone are skipped', () => {
    change('Cargo.toml', /^edition = .*$/m, 'edition = "1"')
    const { breaches, skipped } = found()
    if (skipped.length === 0) expect(breaches).toMatchObject([{ rule: 'lock', where: 'Cargo.lock' }])
    vi.stubEnv('PATH', '')
    const without = found()
    expect(without).toMatchObject({
      breaches: [],
      licensed: [],
      skipped: ['licences of Cargo.lock: cargo is not here'],
    })
    expect(without.crates.length).toBeGreaterThan(30)
  })
})

it('what cargo tells of licences leaves our own crates out', () => {
  const crate = { name: 'a', version: '1.0.0', license: 'MIT', source: 'registry+x' }
  const text = JSON.stringify({ packages: [crate, { ...crate, name: 'ours', source: null }] })
  expect(parseMetadata(text)).toEqual([{ name: 'a', version: '1.0.0', licence: 'MIT' }])
})
