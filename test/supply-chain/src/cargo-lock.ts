import type { Policy } from './policy.js'
import type { Breach } from './types.js'

/** One block of a Cargo.lock, read as text: what it says needs no cargo and no network. */
export interface LockedCrate {
  readonly name: string
  readonly version: string
  /** Absent for what stands in a folder. */
  readonly source: string | undefined
  readonly checksum: string | undefined
}

export function parseCargoLock(text: string): LockedCrate[] {
  const [, ...blocks] = text.split(/^\[\[package\]\]$/m)
  return blocks.map((block) => {
    const field = (name: string) => new RegExp(`^${name} = "([^"]*)"$`, 'm').exec(block)?.[1]
    const [name = '', version = ''] = [field('name'), field('version')]
    return { name, version, source: field('source'), checksum: field('checksum') }
  })
}

export interface Expected {
  /** Names of the crates whose manifest stands beside a lock; whatever else is in a folder came by path. */
  readonly own: ReadonlySet<string>
  readonly registry: string | undefined
}

export function lockBreaches(crates: readonly LockedCrate[], { own, registry }: Expected, policy: Policy): Breach[] {
  const foreign = crates.filter(({ name, source }) => source !== undefined || !own.has(name))
  const [update, take] = ['cargo update -p with a registry', 'take a published version']
  return [
    ...foreign.filter(isUnhashed).map((crate) => of('hash', crate, 'has no SHA-256 in Cargo.lock', update)),
    ...foreign.flatMap((crate) => {
      const what = strangeSource(crate.source, registry)
      return what === undefined ? [] : [of('source', crate, what, take)]
    }),
    ...duplicates(foreign, policy),
  ]
}

const isUnhashed = ({ checksum = '' }: LockedCrate): boolean => !/^[0-9a-f]{64}$/.test(checksum)

function strangeSource(source: string | undefined, registry: string | undefined): string | undefined {
  if (source === undefined) return 'comes from a folder'
  if (!source.startsWith('registry+')) return 'comes from no registry'
  return source === registry ? undefined : 'comes from another registry than the others'
}

/** No registry is named here: the one that most crates come from is the one. */
export function registryOf(crates: readonly LockedCrate[]): string | undefined {
  const sources = crates.flatMap(({ source }) => (source?.startsWith('registry+') ? [source] : []))
  return [...Map.groupBy(sources, (source) => source)].sort(([, a], [, b]) => b.length - a.length)[0]?.[0]
}

/** Two versions of one crate: twice the code to trust. */
function duplicates(crates: readonly LockedCrate[], policy: Policy): Breach[] {
  const byName = Map.groupBy(crates, ({ name }) => name)
  const twice = [...byName.values()].filter(([first, ...others]) => {
    return others.length > 0 && !policy.duplicateCrates.some(({ name }) => name === first?.name)
  })
  return twice.flatMap(([first]) => {
    return first ? [of('duplicate', first, 'is there in two versions', 'unite them, or say why in policy.json')] : []
  })
}

function of(rule: Breach['rule'], { name, version }: LockedCrate, what: string, remedy: string): Breach {
  return { rule, where: `${name} ${version}`, what, remedy }
}
