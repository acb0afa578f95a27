import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const named = { name: z.string().min(1), reason: z.string().min(10) }

/** Of `policy.json`: what may come in, and each exception with its reason. */
const policySchema = z.strictObject({
  /** SPDX identifiers that any package may have. */
  licences: z.array(z.string().min(1)),
  /** Packages, and what each names as its parts of single platforms, under a licence that is not among them. */
  exceptions: z.array(z.strictObject({ ...named, licence: z.string().min(1) })),
  /** Packages that may run something while they are installed. */
  scripts: z.array(z.strictObject(named)),
  /** Crates that may be there in more than one version. */
  duplicateCrates: z.array(z.strictObject(named)),
})

export type Policy = z.infer<typeof policySchema>

export function readPolicy(): Policy {
  return policySchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, '..', 'policy.json'), 'utf8')))
}
