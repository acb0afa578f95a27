export interface Crate {
  readonly name: string
  readonly version: string
  /** SHA-256, hex; null for our own. */
  readonly checksum: string | null
  readonly dependencies: readonly string[]
}

/** The `[[package]]` entries of a Cargo.lock, in its order. Pure. */
export function parseCargoLock(text: string): Crate[] {
  const blocks = text.split(/^\[\[package\]\]$/m).slice(1)
  return blocks.map((block) => ({
    name: field(block, 'name') ?? '',
    version: field(block, 'version') ?? '',
    checksum: field(block, 'checksum') ?? null,
    dependencies: listed(block),
  }))
}

/** What the addon is built from: without what only its tests use, as its Cargo.toml says. Pure. */
export function cratesOf(lock: readonly Crate[], manifest: string): Crate[] {
  const wanted = [...namesIn(manifest, 'dependencies'), ...namesIn(manifest, 'build-dependencies')]
  const found = new Set<Crate>()
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const [bare, version] = name.split(' ')
    const crates = lock.filter((crate) => crate.name === bare && (version === undefined || crate.version === version))
    for (const crate of crates) {
      if (found.has(crate)) continue
      found.add(crate)
      wanted.push(...crate.dependencies)
    }
  }
  return lock.filter((crate) => found.has(crate))
}

function field(block: string, name: string): string | undefined {
  return new RegExp(`^${name} = "([^"]*)"$`, 'm').exec(block)?.[1]
}

function listed(block: string): string[] {
  const [, body = ''] = /^dependencies = \[([^\]]*)\]/m.exec(block) ?? []
  return [...body.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '')
}

function namesIn(manifest: string, section: string): string[] {
  const [, body = ''] =
    new RegExp(`^\\[${section}\\]$([^[]*)`, 'm').exec(manifest.replaceAll(/\[("[^\]]*)\]/g, '')) ?? []
  return [...body.matchAll(/^([A-Za-z0-9_-]+)\s*=/gm)].map(([, name]) => name ?? '')
}
