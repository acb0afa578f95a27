import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type LockedCrate, lockBreaches, parseCargoLock, registryOf } from './cargo-lock.js'
import { cargoManifestBreaches, crateName } from './cargo-manifest.js'
import type { Policy } from './policy.js'
import { runTool } from './run-tool.js'
import type { Breach, Dependency } from './types.js'

export interface CratesFound {
  /** Those of the locks, without our own. */
  readonly crates: readonly LockedCrate[]
  /** With their licences, which no lock has. */
  readonly licensed: readonly Dependency[]
  readonly breaches: readonly Breach[]
  readonly skipped: readonly string[]
}

/** Sums, sources and versions from the text of each lock; cargo is asked for the licences alone. */
export function findCrates(root: string, locks: readonly string[], policy: Policy): CratesFound {
  const read = locks.map((lock) => {
    const manifest = lock.replace(/lock$/, 'toml')
    const text = readFileSync(join(root, manifest), 'utf8')
    return { lock, manifest, text, crates: parseCargoLock(readFileSync(join(root, lock), 'utf8')) }
  })
  const own = new Set(read.map(({ text }) => crateName(text)).filter((name) => name !== undefined))
  const expected = { own, registry: registryOf(read.flatMap(({ crates }) => crates)) }
  const asked = read.map(({ lock, manifest }) => askLicences(root, lock, manifest))
  return {
    crates: read.flatMap(({ crates }) => crates.filter(({ source, name }) => source !== undefined || !own.has(name))),
    licensed: asked.flatMap(({ licensed = [] }) => licensed),
    skipped: asked.flatMap(({ skipped = [] }) => skipped),
    breaches: [
      ...read.flatMap(({ manifest, text, crates }) => [
        ...lockBreaches(crates, expected, policy),
        ...cargoManifestBreaches(manifest, text, new Set(crates.map(({ name }) => name))),
      ]),
      ...asked.flatMap(({ breaches = [] }) => breaches),
    ],
  }
}

const METADATA = ['metadata', '--locked', '--offline', '--format-version', '1', '--manifest-path']
/** What cargo says where a crate of the lock was never fetched to this host; nothing else is a reason to skip. */
const NOT_FETCHED = /you're using offline mode \(--offline\)|but --offline was specified/

interface Answer {
  readonly licensed?: readonly Dependency[]
  readonly breaches?: readonly Breach[]
  readonly skipped?: readonly string[]
}

function askLicences(root: string, lock: string, manifest: string): Answer {
  const { isAbsent, code, stdout, stderr } = runTool('cargo', [...METADATA, manifest], root)
  if (isAbsent) return { skipped: [`licences of ${lock}: cargo is not here`] }
  if (code === 0) return { licensed: parseMetadata(stdout) }
  if (NOT_FETCHED.test(stderr)) return { skipped: [`licences of ${lock}: its crates were not fetched`] }
  const what = `is not what cargo takes: ${stderr.trim().split('\n', 1)[0] || `it ended with ${code}`}`
  return { breaches: [{ rule: 'lock', where: lock, what, remedy: 'cargo metadata --locked in its folder says why' }] }
}

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string().nullable(),
  source: z.string().nullable(),
})
const metadataSchema = z.looseObject({ packages: z.array(packageSchema) })

/** Of `cargo metadata --format-version 1`, which resolves by the lock; our own are left out. Throws ZodError. */
export function parseMetadata(text: string): Dependency[] {
  const { packages } = metadataSchema.parse(JSON.parse(text))
  return packages.flatMap(({ name, version, license, source }) => {
    return source === null ? [] : [{ name, version, licence: license ?? undefined }]
  })
}
