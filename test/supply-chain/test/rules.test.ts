import { describe, expect, it } from 'vitest'
import { npmAdvisories } from '../src/advisories.js'
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
  it('by an address is not, wherever that leads', () => {
    const addresses = ['https://evil.example/a.tgz', 'git+ssh://git@host/x/a.git#abc', 'file:../a.tgz', '../a']
    for (const resolved of addresses) expect(rules({ ...good, resolved })).toEqual(['source'])
  })
  it('that claims to be ours is not, unless its folder is one of the lock', () => {
    expect(rules({ link: true, resolved: '../evil' })).toEqual(['hash', 'source'])
    expect(rules({ link: true, resolved: 'packages/gone' })).toEqual(['hash', 'source'])
  })
  it('with half a hash is not', () => expect(rules({ ...good, integrity: 'sha512-x' })).toEqual(['hash']))
  it('that runs a script is not, unless the policy names it', () => {
    const packages = parseNpmLock(lockOf({ ...good, hasInstallScript: true }))
    expect(npmBreaches(packages, POLICY)).toMatchObject([{ rule: 'script', where: 'a 1.0.0' }])
    expect(npmBreaches(packages, { ...POLICY, scripts: [{ name: 'a', reason: 'it builds a part' }] })).toEqual([])
  })
  it('below another has its own name; our own are left out', () => {
    const [nested] = parseNpmLock(lockOf(good, 'node_modules/b/node_modules/@scope/a'))
    expect(nested?.name).toBe('@scope/a')
    const packages = { 'packages/a': { version: '1.0.0' }, 'node_modules/a': { link: true, resolved: 'packages/a' } }
    expect(parseNpmLock(JSON.stringify({ lockfileVersion: 3, packages }))).toEqual([])
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
    const of = (name: string, licence: string) => ({ name, licence, version: '1.0.0', parts: [`${name}-linux`] })
    expect(licenceBreaches([of('css', 'MPL-2.0'), of('css-linux', 'MPL-2.0')], policy)).toEqual([])
    expect(licenceBreaches([of('css', 'MPL-2.0'), of('css-evil', 'MPL-2.0')], policy)).toMatchObject([
      { rule: 'licence', where: 'css-evil 1.0.0' },
    ])
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
  it('may be loose nowhere else either', () => {
    const text = JSON.stringify({ peerDependencies: { a: '*' }, overrides: { b: { c: '^1' } } })
    expect(manifestBreaches('package.json', text)).toMatchObject([
      { where: 'package.json a' },
      { where: 'package.json c' },
    ])
  })
  it('asks for exact versions and runs nothing by itself', () => {
    const dependencies = { a: '1.0.0', b: '2.0.0-beta.1' }
    expect(manifestBreaches('package.json', JSON.stringify({ dependencies, scripts: { test: 'x' } }))).toEqual([])
    const scripts = { postinstall: 'x' }
    expect(manifestBreaches('package.json', JSON.stringify({ scripts }))).toMatchObject([{ rule: 'script' }])
  })
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
