import { z } from 'zod'
import type { Policy } from './policy.js'
import type { Breach, Dependency } from './types.js'

const entrySchema = z.looseObject({
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  link: z.boolean().optional(),
})
const lockSchema = z.looseObject({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entrySchema) })

export interface NpmPackage extends Dependency {
  readonly integrity: string | undefined
  readonly runsScript: boolean
}

const FOLDER = 'node_modules/'

/** What a package-lock.json brings in from elsewhere; our own packages are links. Throws ZodError. */
export function parseNpmLock(text: string): NpmPackage[] {
  const { packages } = lockSchema.parse(JSON.parse(text))
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes(FOLDER) && link !== true)
    .map(([path, { version = '', license, integrity, hasInstallScript = false }]) => ({
      name: path.slice(path.lastIndexOf(FOLDER) + FOLDER.length),
      ...{ version, licence: license, integrity, runsScript: hasInstallScript },
    }))
}

/** What npm could not check when it installs, and what would run before anybody looked at it. */
export function npmBreaches(packages: readonly NpmPackage[], policy: Policy): Breach[] {
  return packages.flatMap(({ name, version, integrity = '', runsScript }): Breach[] => {
    const where = `${name} ${version}`
    const hash: Breach = {
      rule: 'hash',
      where,
      what: 'has no SHA-512',
      remedy: 'npm install anew, then look at the lock',
    }
    const remedy = 'take another package, or add it to scripts in policy.json with its reason'
    const script: Breach = { rule: 'script', where, what: 'runs a script when it is installed', remedy }
    const isExcepted = policy.scripts.some((one) => one.name === name)
    return [...(integrity.startsWith('sha512-') ? [] : [hash]), ...(runsScript && !isExcepted ? [script] : [])]
  })
}
