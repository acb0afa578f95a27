import type { Manifest } from '../contracts/config.js'

/** What the provider documents. Spec repository-mirror 6.3. */
export const VALUE_BYTES = 48 * 1024
export const NAME_LIMITS = { secret: 100, variable: 500 } as const

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Longer than any name in use; a limit so that no list of names grows without bound. */
const NAME_CHARACTERS = 256

/** Keys of spec 3.1 and 3.4 that do not begin with `MIRROR_`. */
const OWN_KEYS = new Set([
  'MASTER_REPO',
  'MASTER_TOKEN',
  'SENTINEL_FAILURES',
  'SENTINEL_INTERVAL_MINUTES',
  'SENTINEL_THRESHOLD',
])

/** What a manifest or a configuration keeps at home, beside the names that always stay there. */
export interface KeptNames {
  readonly notCopied: readonly string[]
  /** Written by the transaction of a role, never by the sync of values: a live gate must not travel. Spec 8.2. */
  readonly gates: readonly string[]
  /** Names under which credentials of other targets are kept. */
  readonly credentials: readonly string[]
}

export function keptNames(manifest: Pick<Manifest, 'notCopied' | 'gates'>, credentials: readonly string[]): KeptNames {
  return { notCopied: manifest.notCopied, gates: manifest.gates.map(({ name }) => name), credentials }
}

/** As the provider stores and compares it. */
export function canonicalName(name: string): string {
  return name.toUpperCase()
}

/** Why a name cannot be used, or null. */
export function nameProblem(name: string): string | null {
  if (!NAME.test(name)) return 'a name consists of letters, digits and _, and does not begin with a digit'
  if (name.length > NAME_CHARACTERS) return `a name has at most ${NAME_CHARACTERS} characters`
  return canonicalName(name).startsWith('GITHUB_') ? 'names that begin with GITHUB_ belong to the provider' : null
}

/** Why a value cannot be stored, or null. The text never holds the value. */
export function valueProblem(value: string): string | null {
  const bytes = Buffer.byteLength(value)
  return bytes > VALUE_BYTES ? `${bytes} bytes; a value has at most ${VALUE_BYTES}` : null
}

/** Whether a name stays at home even when the manifest lists it. Spec 3.3. */
export function isNeverCopied(name: string, kept: KeptNames): boolean {
  const canonical = canonicalName(name)
  if (/^(?:GITHUB|MIRROR)_/.test(canonical) || OWN_KEYS.has(canonical)) return true
  return [...kept.notCopied, ...kept.gates, ...kept.credentials].some((other) => canonicalName(other) === canonical)
}
