import { spawnSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layoutOf, stageRelease, verifyBundle } from '../src/index.js'

const ROOT = join(import.meta.dirname, '../../..')
const MAIN = join(ROOT, 'packages/release/dist/build/main.js')
const TIMEOUT_MS = 300_000
const { signal } = new AbortController()

interface Report {
  readonly file: string
  readonly onboard: string
  readonly sha256: string
}

describe('a release bundle of this checkout', { timeout: TIMEOUT_MS }, () => {
  let folder: string
  let release: string
  let report: Report

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'montana bundle-'))
    expect(build('--new-key', 'release.key').status).toBe(0)
    report = JSON.parse(build('--key', 'release.key', '--out', 'one', '--json').stdout)
    const key = Buffer.from(readFileSync(join(folder, 'one/release.pub'), 'latin1').trim(), 'hex')
    const layout = layoutOf(join(folder, 'root'))
    release = join(layout.releases, await stageRelease(layout, await verifyBundle(report.file, key), signal))
  }, TIMEOUT_MS)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function build(...args: string[]) {
    const env = { ...process.env, INIT_CWD: folder, TZ: 'Asia/Almaty', LC_ALL: 'C' }
    return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env })
  }

  it('is the same when it is built again, elsewhere and under another umask', () => {
    const before = process.umask(0o077)
    const again: Report = JSON.parse(build('--key', 'release.key', '--out', 'two', '--check', '--json').stdout)
    process.umask(before)
    expect(again.sha256).toBe(report.sha256)
    expect(readFileSync(again.onboard)).toEqual(readFileSync(report.onboard))
    expect(spawnSync('sha256sum', [again.file], { encoding: 'utf8' }).stdout).toContain(report.sha256)
  })

  it('runs as it lies there, and says what it is', () => {
    const run = (...args: string[]) => {
      const { status, stdout } = spawnSync(join(release, 'bin/montana'), args, { encoding: 'utf8', env: {}, cwd: '/' })
      expect(status).toBe(0)
      return stdout
    }
    const facts = JSON.parse(readFileSync(join(release, 'RELEASE.json'), 'utf8'))
    const version = JSON.parse(run('version', '--json'))
    expect(version).toMatchObject({ version: facts.version, revision: facts.revision, node: facts.node })
    expect(run('failover', 'check-config', '--help')).toContain('Usage: montana failover check-config')
  })

  it('has nothing that anybody may write, and nothing that production does not need', () => {
    const names = readdirSync(release, { recursive: true, encoding: 'utf8' })
    const isOpen = (name: string) => {
      const found = lstatSync(join(release, name))
      return !found.isSymbolicLink() && (found.mode & 0o022) !== 0
    }
    expect(names.filter(isOpen)).toEqual([])
    expect(
      names.filter((name) => /\.(?:map|tsbuildinfo|ts|tsx)$|(?:^|\/)(?:vitest|typescript|vite)(?:\/|$)/.test(name)),
    ).toEqual([])
    expect(names.filter((name) => name.endsWith('.node') && !name.includes('@montana/'))).toHaveLength(1)
    expect(names.length).toBeGreaterThan(1_000)
  })

  it('has an SBOM that names every package that is in it', () => {
    const sbom = JSON.parse(readFileSync(join(release, 'sbom.spdx.json'), 'utf8'))
    expect(sbom).toMatchObject({ spdxVersion: 'SPDX-2.3', documentDescribes: ['SPDXRef-montana'] })
    const listed = new Set(
      sbom.packages.map(({ name, versionInfo }: Record<string, string>) => `${name}@${versionInfo}`),
    )
    const manifests = readdirSync(join(release, 'app'), { recursive: true, encoding: 'utf8' })
    const packages = manifests.filter((name) =>
      /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(name),
    )
    const missing = packages
      .map((name) => JSON.parse(readFileSync(join(release, 'app', name), 'utf8')))
      .map(({ name, version }) => `${name}@${version}`)
      .filter((name) => !listed.has(name))
    expect(missing).toEqual([])
    expect(packages.length).toBeGreaterThan(150)
    for (const name of ['napi', 'node'])
      expect([...listed].some((entry) => String(entry).startsWith(`${name}@`))).toBe(true)
    const ids = sbom.packages.map(({ SPDXID }: Record<string, string>) => SPDXID)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
