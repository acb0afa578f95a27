import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { RefusalError } from '../errors.js'

const entryForm = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
  peerDependenciesMeta: z.record(z.string(), z.looseObject({ optional: z.boolean().optional() })).optional(),
})
const lockForm = z.looseObject({ packages: z.record(z.string(), entryForm) })

export type LockEntry = z.infer<typeof entryForm>
/** By folder, as npm writes them: `packages/cli`, `node_modules/zod`. */
export type Lock = Readonly<Record<string, LockEntry>>

export interface LockedPackage {
  /** Folder below the checkout. */
  readonly path: string
  readonly name: string
  readonly isOurs: boolean
  readonly entry: LockEntry
}

export function readLock(file: string): Lock {
  const parsed = lockForm.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data.packages
  throw new RefusalError('BUNDLE_INPUT', `${file} is not a lockfile of npm`, { field: 'package-lock.json' })
}

/** What `start` needs at run time, as Node.js resolves it, sorted by folder. Pure. */
export function closureOf(lock: Lock, start: string): LockedPackage[] {
  const found = new Set<string>()
  const waiting = [start]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue
    found.add(path)
    waiting.push(...neededBy(lock, path))
  }
  return [...found].sort().map((path) => ({ path, ...described(lock, path) }))
}

function described(lock: Lock, path: string): Omit<LockedPackage, 'path'> {
  const entry = lock[path] ?? {}
  const at = path.lastIndexOf('node_modules/')
  const name = at === -1 ? (entry.name ?? path) : path.slice(at + 'node_modules/'.length)
  return { name, isOurs: at === -1, entry }
}

function neededBy(lock: Lock, path: string): string[] {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = lock[path] ?? {}
  const isOptional = (name: string) =>
    Object.hasOwn(optionalDependencies, name) || peerDependenciesMeta[name]?.optional === true
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  return names.flatMap((name) => {
    const at = resolved(lock, path, name)
    if (at !== undefined) return [at]
    if (isOptional(name)) return []
    throw new RefusalError('BUNDLE_INPUT', `${path} needs ${name}, which the lockfile does not have`)
  })
}

/** The nearest `node_modules` at or above `from` that has `name`; a link leads to a package of ours. */
function resolved(lock: Lock, from: string, name: string): string | undefined {
  for (let folder: string | undefined = from; folder !== undefined; folder = above(folder)) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    const entry = lock[path]
    if (entry) return entry.link ? entry.resolved : path
  }
  return undefined
}

function above(folder: string): string | undefined {
  if (folder === '') return undefined
  const at = folder.lastIndexOf('/')
  return at === -1 ? '' : folder.slice(0, at)
}

/** Throws where what is installed is not what the lockfile pins: nothing else goes into a bundle. */
export function requireInstalled(root: string, packages: readonly LockedPackage[]): void {
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'))
  for (const { path, entry, isOurs } of packages) {
    const { version, integrity } = installed[path] ?? {}
    if (isOurs || (version === entry.version && integrity === entry.integrity)) continue
    const remedy = 'run npm ci'
    throw new RefusalError('BUNDLE_INPUT', `${path} is not installed as the lockfile pins it`, { field: path, remedy })
  }
}
