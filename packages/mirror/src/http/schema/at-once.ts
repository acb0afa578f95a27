import { z } from 'zod'
import type { CandidateReport } from '../../service/candidate.js'
import type { HostKey, MadeKey } from '../../service/ssh-tools.js'
import { removeReportSchema } from './reports.js'
import { check, ms, text } from './shapes.js'

// What a mutation answers that is done when it answers.

const checks = z.array(check)
const candidateTest = z.strictObject({
  checks,
  testedAs: text.nullable().describe('names what was tested; null while something that is needed is missing'),
}) satisfies z.ZodType<CandidateReport>

/** Of a target that is saved, or of a candidate. */
export const testSchema = z.union([z.strictObject({ id: text, checks }), candidateTest])

export const resumedSchema = z.strictObject({ paused: z.literal(false) })
export const heldSchema = z.strictObject({ holdUntilMs: ms.nullable() })
export const droppedSchema = z.strictObject({ dropped: text })
/** Of a dry run. */
export const removalSchema = z.strictObject({ wouldGo: removeReportSchema.nullable() })

export const sshKeySchema = z.strictObject({
  keyId: text.describe('under which a candidate names it'),
  publicKey: text.describe('one line, to be entered at the target'),
}) satisfies z.ZodType<MadeKey>

const hostKey = z.strictObject({ type: text, fingerprint: text }) satisfies z.ZodType<HostKey>
export const sshHostsSchema = z.strictObject({ hostKeys: z.array(hostKey) })
