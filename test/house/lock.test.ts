import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface LockEntry {
  optionalDependencies?: Record<string, string>
}

const LOCK = join(import.meta.dirname, '..', '..', 'package-lock.json')
const packages = (JSON.parse(readFileSync(LOCK, 'utf8')) as { packages: Record<string, LockEntry> }).packages

/** Where npm would look for `name` from the folder of `path`, nearest first. */
function candidates(path: string, name: string): string[] {
  const parts = path.split('/node_modules/')
  const nested = parts.map((_, index) => `${parts.slice(0, index + 1).join('/node_modules/')}/node_modules/${name}`)
  return [...nested, `node_modules/${name}`]
}

it('the lock names the optional packages of every platform, or npm ci refuses it in a bare clone', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !candidates(path, name).some((place) => place in packages)),
  )
  expect(missing).toEqual([])
})

it('the lock records no download addresses', () => {
  expect(readFileSync(LOCK, 'utf8')).not.toMatch(/"resolved": "https?:/)
})
