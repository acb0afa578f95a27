import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** What a user would pick instead, by the name and version under which it is had. */
export interface Peer {
  readonly product: string
  /** Of what ran in this process, not of what a file asks for. */
  readonly version: string
  /** What it does in the bench. */
  readonly role: string
}

/** A peer from the registry of npm, with the version that is installed. */
export function packagePeer(product: string, role: string): Peer {
  return { product, version: installedVersion(product), role }
}

/** Packages seldom export their package.json, so it is looked for above the file that they export. */
function installedVersion(name: string): string {
  const require = createRequire(import.meta.url)
  for (const folder of require.resolve.paths(name) ?? []) {
    const version = versionIn(join(folder, ...name.split('/'), 'package.json'))
    if (version) return version
  }
  throw new Error(`${name} is not installed beside ${dirname(import.meta.url)}`)
}

function versionIn(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  } catch {
    return undefined
  }
}
