import { z } from 'zod'
import type { Policy } from './policy.js'
import type { Breach, Dependency } from './types.js'

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string().nullable(),
  source: z.string().nullable(),
})
const metadataSchema = z.looseObject({ packages: z.array(packageSchema) })

export interface Crate extends Dependency {
  /** Where it comes from; our own have none and are left out. */
  readonly source: string
}

/** Of `cargo metadata --format-version 1`, which resolves by the lock. Throws ZodError. */
export function parseMetadata(text: string): Crate[] {
  const { packages } = metadataSchema.parse(JSON.parse(text))
  return packages.flatMap(({ name, version, license, source }) => {
    return source === null ? [] : [{ name, version, source, licence: license ?? undefined }]
  })
}

/** Names and versions that a Cargo.lock pins by a hash. */
export function hashedCrates(lock: string): Set<string> {
  const blocks = lock.split(/^\[\[package\]\]$/m).slice(1)
  const field = (block: string, name: string) => new RegExp(`^${name} = "([^"]*)"$`, 'm').exec(block)?.[1]
  const hashed = blocks.filter((block) => /^[0-9a-f]{64}$/.test(field(block, 'checksum') ?? ''))
  return new Set(hashed.map((block) => `${field(block, 'name')} ${field(block, 'version')}`))
}

export function crateBreaches(crates: readonly Crate[], lock: string, policy: Policy): Breach[] {
  const hashed = hashedCrates(lock)
  const unhashed = crates.filter(({ name, version }) => !hashed.has(`${name} ${version}`))
  const foreign = crates.filter(({ source }) => !source.startsWith('registry+'))
  return [
    ...unhashed.map((crate) => of('hash', crate, 'has no SHA-256 in Cargo.lock', 'cargo update -p with a registry')),
    ...foreign.map((crate) => of('source', crate, 'comes from no registry', 'take a published version')),
    ...duplicates(crates, policy),
  ]
}

/** Two versions of one crate: twice the code to trust. */
function duplicates(crates: readonly Crate[], policy: Policy): Breach[] {
  const byName = Map.groupBy(crates, ({ name }) => name)
  const twice = [...byName.values()].filter(([first, ...others]) => {
    return others.length > 0 && !policy.duplicateCrates.some(({ name }) => name === first?.name)
  })
  return twice.flatMap(([first]) => {
    return first ? [of('duplicate', first, 'is there in two versions', 'unite them, or say why in policy.json')] : []
  })
}

function of(rule: Breach['rule'], { name, version }: Crate, what: string, remedy: string): Breach {
  return { rule, where: `${name} ${version}`, what, remedy }
}
