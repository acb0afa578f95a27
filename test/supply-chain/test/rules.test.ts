import { describe, expect, it } from 'vitest'
import { npmAdvisories } from '../src/advisories.js'
import { crateBreaches, parseMetadata } from '../src/crates.js'
import { isAllowed, licenceBreaches } from '../src/licences.js'
import { manifestBreaches } from '../src/manifests.js'
import { npmBreaches, parseNpmLock } from '../src/npm-lock.js'
import type { Policy } from '../src/policy.js'

const POLICY: Policy = { licences: ['MIT', 'ISC', 'Apache-2.0'], exceptions: [], scripts: [], duplicateCrates: [] }
const HASH = `sha512-${'A'.repeat(86)}==`

function lockOf(entry: object, path = 'node_modules/a'): string {
  return JSON.stringify({ lockfileVersion: 3, packages: { '': {}, [path]: { version: '1.0.0', ...entry } } })
}

describe('a package', () => {
  const good = { license: 'MIT', integrity: HASH }
  const rules = (entry: object) => npmBreaches(parseNpmLock(lockOf(entry)), POLICY).map(({ rule }) => rule)

  it('with a hash and without a script is welcome', () => expect(rules(good)).toEqual([]))
  it('without a hash, or with an old one, is not', () => {
    expect(rules({ license: 'MIT' })).toEqual(['hash'])
    expect(rules({ ...good, integrity: 'sha1-AAAA' })).toEqual(['hash'])
  })
  it('that runs a script is not, unless the policy names it', () => {
    const packages = parseNpmLock(lockOf({ ...good, hasInstallScript: true }))
    expect(npmBreaches(packages, POLICY)).toMatchObject([{ rule: 'script', where: 'a 1.0.0' }])
    expect(npmBreaches(packages, { ...POLICY, scripts: [{ name: 'a', reason: 'it builds a part' }] })).toEqual([])
  })
  it('below another has its own name; our own are left out', () => {
    const [nested] = parseNpmLock(lockOf(good, 'node_modules/b/node_modules/@scope/a'))
    expect(nested?.name).toBe('@scope/a')
    expect(parseNpmLock(lockOf({ link: true }))).toEqual([])
  })
  it('of a lock that npm would not read is an error', () => {
    expect(() => parseNpmLock('{"lockfileVersion":1,"packages":{}}')).toThrow()
  })
})

describe('a licence', () => {
  it.each([
    ['MIT', true],
    ['MIT OR GPL-3.0-only', true],
    ['MIT/Apache-2.0', true],
    ['(MIT OR GPL-3.0-only) AND ISC', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN eula.txt', false],
    ['UNLICENSED', false],
    ['', false],
    [undefined, false],
  ])('%s: allowed is %s', (licence, allowed) => expect(isAllowed(licence, POLICY.licences)).toBe(allowed))

  it('may be excepted for one package and its platforms, and the exception must be needed', () => {
    const exceptions = [{ name: 'css', licence: 'MPL-2.0', reason: 'it builds the page' }]
    const policy = { ...POLICY, exceptions }
    const of = (name: string, licence: string) => ({ name, licence, version: '1.0.0' })
    expect(licenceBreaches([of('css', 'MPL-2.0'), of('css-linux', 'MPL-2.0')], policy)).toEqual([])
    expect(licenceBreaches([of('css', 'MPL-2.0'), of('other', 'MPL-2.0')], policy)).toMatchObject([
      { rule: 'licence', where: 'other 1.0.0' },
    ])
    expect(licenceBreaches([of('css', 'GPL-3.0-only')], policy).map(({ rule }) => rule)).toEqual([
      'licence',
      'exception',
    ])
    expect(licenceBreaches([of('css', 'MIT')], policy)).toMatchObject([{ rule: 'exception', where: 'css' }])
  })
})

describe('a package.json of ours', () => {
  it.each(['^1.0.0', '~1.0.0', '1.x', '*', 'latest', '>=1.0.0', 'git+ssh://somewhere/a', 'file:../a'])(
    'may not ask for %s',
    (version) => {
      const text = JSON.stringify({ devDependencies: { a: version } })
      expect(manifestBreaches('package.json', text)).toMatchObject([{ rule: 'pin', where: 'package.json a' }])
    },
  )
  it('asks for exact versions and runs nothing by itself', () => {
    const dependencies = { a: '1.0.0', b: '2.0.0-beta.1' }
    expect(manifestBreaches('package.json', JSON.stringify({ dependencies, scripts: { test: 'x' } }))).toEqual([])
    const scripts = { postinstall: 'x' }
    expect(manifestBreaches('package.json', JSON.stringify({ scripts }))).toMatchObject([{ rule: 'script' }])
  })
})

describe('a crate', () => {
  const crate = (change: object = {}) => ({
    name: 'a',
    version: '1.0.0',
    license: 'MIT',
    source: 'registry+x',
    ...change,
  })
  const lockOf = (...names: string[]) =>
    names.map((name) => `[[package]]\nname = "${name}"\nversion = "1.0.0"\nchecksum = "${'0'.repeat(64)}"\n`).join('\n')
  const rules = (crates: object[], lock = lockOf('a')) =>
    crateBreaches(parseMetadata(JSON.stringify({ packages: crates })), lock, POLICY).map(({ rule }) => rule)

  it('of a registry, with a hash, is welcome', () => expect(rules([crate()])).toEqual([]))
  it('without a hash is not', () => expect(rules([crate()], lockOf('b'))).toEqual(['hash']))
  it('of a repository is not', () => expect(rules([crate({ source: 'git+https://a' })])).toEqual(['source']))
  it('in two versions is not, unless the policy says why', () => {
    const two = [crate(), crate({ version: '2.0.0' })]
    expect(rules(two, `${lockOf('a')}${lockOf('a').replace('1.0.0', '2.0.0')}`)).toEqual(['duplicate'])
  })
  it('of ours is left out', () =>
    expect(parseMetadata(JSON.stringify({ packages: [crate({ source: null })] }))).toEqual([]))
})

describe('advisories', () => {
  it('are breaches', () => {
    const vulnerabilities = { a: { severity: 'high', range: '<2' } }
    expect(npmAdvisories(JSON.stringify({ vulnerabilities }))).toMatchObject([{ rule: 'advisory', where: 'a <2' }])
    expect(npmAdvisories(JSON.stringify({ vulnerabilities: {} }))).toEqual([])
  })
  it('that a registry does not tell are none that were looked at', () => {
    expect(npmAdvisories('{"message":"405"}')).toBeUndefined()
    expect(npmAdvisories('')).toBeUndefined()
  })
})
