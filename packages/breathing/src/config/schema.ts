import { z } from 'zod'

const text = z.string({ error: 'must be a text' })
const number = z.number({ error: 'must be a number' })

/** The form of `breathe.yaml`; ranges are those of the options. Unknown keys are refused. */
export const breathSchema = z.strictObject(
  {
    repo: text,
    remote: text.optional(),
    branch: text.optional(),
    node: text.optional(),
    ownership: z.enum(['user', 'own'], { error: "must be 'user' or 'own'" }).optional(),
    syncPaths: z.array(text, { error: 'must be a list of paths' }).optional(),
    publicFields: z.array(text, { error: 'must be a list of names' }).optional(),
    intervalSeconds: number.optional(),
    startDelaySeconds: number.optional(),
    gitTimeoutMs: number.optional(),
    heartbeatIntervalMs: number.optional(),
    identityDir: text,
    keys: z.record(text, text, { error: 'must map host names to keys or files' }).optional(),
    registry: text.optional(),
    operators: text.optional(),
    stateDir: text.optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? 'is not a setting' : 'must be a table of settings') },
)

export type BreathSettings = z.infer<typeof breathSchema>
