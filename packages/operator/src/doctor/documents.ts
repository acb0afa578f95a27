import type { ManifestDocument, VerifiedDocument } from '@montana/fleet'
import { type Check, green, yellow } from './check.js'

/** A document in the last quarter of its life is to be issued anew: spec operations 12.2. */
const LAST_SHARE = 0.25

/** Of a manifest that was verified already: whoever has none, or a wrong one, does not come here. */
export function judgeManifest(
  { document }: Pick<VerifiedDocument<ManifestDocument>, 'document'>,
  nowMs: number,
): Check {
  const [issuedMs, endMs] = [Date.parse(document.issued_at), Date.parse(document.not_after)]
  const value = `version ${document.version}, signed, good until ${document.not_after}`
  if ((endMs - nowMs) / (endMs - issuedMs) > LAST_SHARE) return green('manifest', value)
  return yellow('manifest', value, 'ask the operators for the next version')
}
