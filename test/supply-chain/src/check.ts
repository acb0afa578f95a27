import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmAdvisories } from './advisories.js'
import { findCrates } from './crates.js'
import { licenceBreaches } from './licences.js'
import { manifestBreaches } from './manifests.js'
import { npmBreaches, parseNpmLock } from './npm-lock.js'
import { readPolicy } from './policy.js'
import { runTool } from './run-tool.js'
import type { Breach } from './types.js'

export interface SupplyReport {
  readonly packages: number
  readonly crates: number
  readonly breaches: readonly Breach[]
  /** What could not be looked at on this host, and why. */
  readonly skipped: readonly string[]
}

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** Everything that the lockfiles of a checkout bring in. `advisories`: asks the registry, where it answers. */
export function checkSupply({ root = ROOT, advisories = true }: { root?: string; advisories?: boolean }): SupplyReport {
  const policy = readPolicy()
  const packages = parseNpmLock(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const { crates, licensed, ...found } = findCrates(root, locksOf(root), policy)
  const skipped = [...found.skipped]
  const breaches = [
    ...manifestsOf(root).flatMap((file) => manifestBreaches(file, readFileSync(join(root, file), 'utf8'))),
    ...npmBreaches(packages, policy),
    ...found.breaches,
    ...licenceBreaches([...packages, ...licensed], policy),
    ...(advisories ? advised(root, skipped) : []),
  ]
  return { packages: packages.length, crates: crates.length, breaches, skipped }
}

function manifestsOf(root: string): string[] {
  const patterns = ['package.json', 'packages/*/package.json', 'test/**/package.json', 'soak/package.json']
  return globSync([...patterns, 'native/package.json'], { cwd: root, exclude: ['**/node_modules/**'] }).sort()
}

function locksOf(root: string): string[] {
  return globSync('**/Cargo.lock', { cwd: root, exclude: ['**/node_modules/**', '**/target/**'] }).sort()
}

function advised(root: string, skipped: string[]): Breach[] {
  const found = npmAdvisories(runTool('npm', ['audit', '--json'], root).stdout)
  if (found === undefined) skipped.push('advisories of npm: the registry of this host does not answer that question')
  return found ?? []
}
