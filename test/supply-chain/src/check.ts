import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmAdvisories } from './advisories.js'
import { crateBreaches, parseMetadata } from './crates.js'
import { licenceBreaches } from './licences.js'
import { manifestBreaches } from './manifests.js'
import { npmBreaches, parseNpmLock } from './npm-lock.js'
import { type Policy, readPolicy } from './policy.js'
import { runTool } from './run-tool.js'
import type { Breach, Dependency } from './types.js'

export interface SupplyReport {
  readonly packages: number
  readonly crates: number
  readonly breaches: readonly Breach[]
  /** What could not be looked at on this host, and why. */
  readonly skipped: readonly string[]
}

const ROOT = join(import.meta.dirname, '..', '..', '..')
const METADATA = ['metadata', '--locked', '--offline', '--format-version', '1', '--manifest-path']

/** Everything that the lockfiles of a checkout bring in. `advisories`: asks the registry, where it answers. */
export function checkSupply({ root = ROOT, advisories = true }: { root?: string; advisories?: boolean }): SupplyReport {
  const policy = readPolicy()
  const skipped: string[] = []
  const packages = parseNpmLock(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const crates = cratesOf(root, policy, skipped)
  const breaches = [
    ...manifestsOf(root).flatMap((file) => manifestBreaches(file, readFileSync(join(root, file), 'utf8'))),
    ...npmBreaches(packages, policy),
    ...crates.breaches,
    ...licenceBreaches([...packages, ...crates.all], policy),
    ...(advisories ? advised(root, skipped) : []),
  ]
  return { packages: packages.length, crates: crates.all.length, breaches, skipped }
}

function manifestsOf(root: string): string[] {
  const patterns = ['package.json', 'packages/*/package.json', 'test/**/package.json', 'soak/package.json']
  return globSync([...patterns, 'native/package.json'], { cwd: root, exclude: ['**/node_modules/**'] }).sort()
}

function cratesOf(root: string, policy: Policy, skipped: string[]): { all: Dependency[]; breaches: Breach[] } {
  const locks = globSync('**/Cargo.lock', { cwd: root, exclude: ['**/node_modules/**', '**/target/**'] }).sort()
  const found = locks.map((lock) => {
    const manifest = lock.replace(/lock$/, 'toml')
    const metadata = runTool('cargo', [...METADATA, manifest], root)
    if (metadata === undefined) skipped.push(`${lock}: cargo is not here, or its crates were not fetched`)
    const crates = metadata === undefined ? [] : parseMetadata(metadata)
    return { crates, breaches: crateBreaches(crates, readFileSync(join(root, lock), 'utf8'), policy) }
  })
  return { all: found.flatMap(({ crates }) => crates), breaches: found.flatMap(({ breaches }) => breaches) }
}

function advised(root: string, skipped: string[]): Breach[] {
  const found = npmAdvisories(runTool('npm', ['audit', '--json'], root) ?? '')
  if (found === undefined) skipped.push('advisories of npm: the registry of this host does not answer that question')
  return found ?? []
}
