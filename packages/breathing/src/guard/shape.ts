import { SHRINK_RECORDS, SHRINK_SHARE } from '../constants.js'
import { BreathError } from '../errors.js'
import { isJsonObject, type Json } from '../merge/json.js'

/**
 * Throws BreathError `SHRINK_HELD` for a local change that removes more than 20 % of the records and at least 10: more
 * often a broken writer than a wish. Spec three-mirror 12.4.
 */
export function checkShape(path: string, before: Json | undefined, after: Json): void {
  if (!isJsonObject(before)) return
  const records = Object.keys(before)
  const left = isJsonObject(after) ? after : {}
  const removed = records.filter((key) => !Object.hasOwn(left, key)).length
  if (removed < SHRINK_RECORDS || removed <= SHRINK_SHARE * records.length) return
  throw new BreathError('SHRINK_HELD', `${path}: ${removed} of ${records.length} records are gone; held back`, {
    field: path,
    remedy: 'montana breathe resolve PATH --accept if it is meant, --drop to take back the last good version',
    metadata: { removed, records: records.length },
  })
}
