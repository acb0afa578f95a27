import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')

/** Who may import whom among our own packages. Nothing knows what stands below it in this list. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  foundation: [],
  codec: ['foundation'],
  native: ['foundation'],
  crypto: ['foundation', 'codec'],
  timechain: ['foundation', 'codec', 'native'],
  ledger: ['foundation', 'codec', 'crypto', 'timechain', 'native'],
  consensus: ['foundation', 'codec', 'crypto', 'timechain', 'ledger'],
  git: ['foundation'],
  http: ['foundation'],
  store: ['foundation'],
  transport: ['foundation', 'codec', 'crypto'],
  network: ['foundation', 'codec', 'crypto', 'transport'],
  sync: [...['foundation', 'codec', 'native', 'crypto', 'ledger', 'consensus'], ...['store', 'transport', 'network']],
  node: [
    ...['foundation', 'codec', 'native', 'crypto', 'timechain', 'ledger', 'consensus'],
    ...['store', 'transport', 'network', 'sync', 'fleet'],
  ],
  soak: ['foundation', 'crypto'],
  fleet: ['foundation', 'crypto'],
  vpn: ['foundation', 'fleet'],
  failover: ['foundation', 'git', 'crypto', 'fleet', 'native'],
  breathing: ['foundation', 'git', 'crypto', 'fleet'],
  'github-stand': ['foundation', 'git'],
  mirror: ['foundation', 'git', 'http'],
  operator: ['foundation', 'native', 'crypto', 'timechain', 'ledger', 'node', 'fleet', 'release'],
  // The formats of what the watchdog writes, and its way of asking a node; never its poller or rules.
  console: ['foundation', 'http', 'soak'],
  release: ['foundation'],
  cli: [
    ...['foundation', 'codec', 'native', 'crypto', 'timechain', 'ledger', 'consensus'],
    ...['store', 'network', 'node', 'soak', 'console', 'fleet', 'vpn', 'failover', 'breathing', 'mirror'],
    ...['release', 'operator'],
  ],
}

const SOURCES: Readonly<Record<string, string>> = {
  native: 'native/ts',
  soak: 'soak/src',
  'failover/core': 'packages/failover/src/core',
  'sync/plan': 'packages/sync/src/plan',
  'mirror/decide': 'packages/mirror/src/decide',
  'mirror/view': 'packages/mirror/src/view',
  'chaos/plan': 'test/chaos/src/plan',
  'chaos/check': 'test/chaos/src/check',
  'service-chaos/check': 'test/service-chaos/src/check',
}
/** What runs in a browser has nothing of ours but the types of what it is answered, and the bounds of the alerts. */
const PAGE = join(ROOT, 'packages/console/page/src')

/** Decisions that must replay from a seed: no clock, no timer, no I/O, no randomness of their own. */
const PURE = [
  'consensus',
  'sync/plan',
  'failover/core',
  'mirror/decide',
  'mirror/view',
  'chaos/plan',
  'chaos/check',
  'service-chaos/check',
]
const PURE_BUILTINS = new Set(['node:crypto', 'node:buffer'])
const IMPURE = /\bDate\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bperformance\b|\bprocess\b|\bfetch\(/

function filesOf(name: string): string[] {
  const folder = join(ROOT, SOURCES[name] ?? `packages/${name}/src`)
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((e) => e.isFile() && e.name.endsWith('.ts')).map((e) => join(e.parentPath, e.name))
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
  return [...found].map(([, specifier]) => specifier ?? '')
}

describe('the import rule', () => {
  it.each(Object.keys(ALLOWED))('%s imports only what stands above it', (name) => {
    const files = filesOf(name)
    expect(files.length).toBeGreaterThan(0)
    const violations = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('@montana/'))
        .map((specifier) => specifier.split('/')[1] ?? '')
        .filter((target) => target !== name && !ALLOWED[name]?.includes(target))
        .map((target) => `${relative(ROOT, file)} imports @montana/${target}`),
    )
    expect(violations).toEqual([])
  })

  it('knows every package', () => {
    const packages = readdirSync(join(ROOT, 'packages'))
    expect(packages.filter((name) => !(name in ALLOWED))).toEqual([])
  })

  it('lets the page of the console use the types and bounds of its API and nothing else of ours', () => {
    const files = readdirSync(PAGE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const scripts = files.filter(({ name }) => /\.tsx?$/.test(name)).map((entry) => join(entry.parentPath, entry.name))
    expect(scripts.length).toBeGreaterThan(0)
    const outside = scripts.flatMap((file) => {
      const ours = importsOf(file).filter((target) => target.startsWith('@montana/') || target.includes('/src/'))
      return ours
        .filter((target) => !/\/src\/api\/((\w+-)?views|bounds)\.js$/.test(target))
        .map((target) => `${file} imports ${target}`)
    })
    expect(outside).toEqual([])
  })

  it('lets the console know of the watchdog only its formats', () => {
    const targets = filesOf('console')
      .flatMap(importsOf)
      .filter((target) => target.startsWith('@montana/soak'))
    expect(new Set(targets)).toEqual(new Set(['@montana/soak/formats']))
  })

  it.each(PURE)('%s does no I/O and reads no clock', (name) => {
    const violations = filesOf(name).flatMap((file) => {
      const code = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      const builtins = importsOf(file).filter((s) => s.startsWith('node:') && !PURE_BUILTINS.has(s))
      const impure = IMPURE.exec(code)?.[0]
      return [...builtins, ...(impure ? [impure] : [])].map((what) => `${relative(ROOT, file)} uses ${what}`)
    })
    expect(violations).toEqual([])
  })
})
