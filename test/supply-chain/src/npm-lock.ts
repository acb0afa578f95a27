import { z } from 'zod'
import type { Policy } from './policy.js'
import type { Breach, Dependency } from './types.js'

const entrySchema = z.looseObject({
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  link: z.boolean().optional(),
  resolved: z.string().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
})
type Entry = z.infer<typeof entrySchema>
const lockSchema = z.looseObject({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entrySchema) })

export interface NpmPackage extends Dependency {
  readonly integrity: string | undefined
  readonly runsScript: boolean
  /** `npm ci` takes it from there and not from the registry. */
  readonly address: string | undefined
}

const FOLDER = 'node_modules/'

/** What a package-lock.json brings in from elsewhere; our own packages are links to folders of the lock. Throws ZodError. */
export function parseNpmLock(text: string): NpmPackage[] {
  const { packages } = lockSchema.parse(JSON.parse(text))
  const isOurs = ({ link, resolved = '' }: Entry) => link === true && isInside(resolved) && resolved in packages
  return Object.entries(packages)
    .filter(([path, entry]) => (path.includes(FOLDER) ? !isOurs(entry) : !isInside(path)))
    .map(([path, { version = '', license, integrity, hasInstallScript = false, resolved, optionalDependencies }]) => ({
      name: path.slice(path.lastIndexOf(FOLDER) + (path.includes(FOLDER) ? FOLDER.length : 1)),
      ...{ version, licence: license, integrity, runsScript: hasInstallScript, address: resolved },
      parts: Object.keys(optionalDependencies ?? {}),
    }))
}

/** A folder of this checkout, by the names of folders alone. */
function isInside(path: string): boolean {
  return /^(?:[\w.@-]+(?:\/[\w.@-]+)*)?$/.test(path) && !path.split('/').includes('..')
}

/** `npm ci` refuses anything else as a sum. */
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/

/** What npm could not check when it installs, and what would run before anybody looked at it. */
export function npmBreaches(packages: readonly NpmPackage[], policy: Policy): Breach[] {
  return packages.flatMap(({ name, version, integrity = '', runsScript, address }) => {
    const isExcepted = policy.scripts.some((one) => one.name === name)
    const breach = ([rule, what, remedy]: Said): Breach => ({ rule, where: `${name} ${version}`, what, remedy })
    return [
      ...(SHA512.test(integrity) ? [] : [breach(NO_HASH)]),
      // Of the registry's own packages the lock keeps no address (.npmrc), so whatever has one is by address.
      ...(address === undefined ? [] : [breach(BY_ADDRESS)]),
      ...(runsScript && !isExcepted ? [breach(RUNS)] : []),
    ]
  })
}

type Said = readonly [Breach['rule'], string, string]
const NO_HASH: Said = ['hash', 'has no SHA-512', 'npm install anew, then look at the lock']
const BY_ADDRESS: Said = ['source', 'comes from an address', 'take a published version']
const RUNS: Said = [
  'script',
  'runs a script when it is installed',
  'take another package, or add it to scripts in policy.json with its reason',
]
