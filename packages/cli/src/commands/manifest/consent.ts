import type { ManifestDocument } from '@montana/fleet'
import { UsageError } from '@montana/foundation'

/**
 * A key that is said to be lost is replaced without a word of the old one: each operator who signs such a document says
 * that it knows. Spec operations 11.3. Throws UsageError.
 */
export function consentToLostKeys({ peers }: ManifestDocument, options: Readonly<Record<string, unknown>>): void {
  const known = new Set((options.keyLost as readonly string[] | undefined) ?? [])
  const lost = peers.filter(({ replaced }) => replaced).map(({ label }) => label)
  const unsaid = lost.filter((label) => !known.has(label))
  if (unsaid.length === 0) return
  throw new UsageError(`the manifest says that the key of ${unsaid.join(', ')} is lost`, {
    field: 'key-lost',
    remedy: `ask those who run it, then add ${unsaid.map((label) => `--key-lost '${label}'`).join(' ')}`,
  })
}
