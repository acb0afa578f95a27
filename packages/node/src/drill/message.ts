import { z } from 'zod'

/** Nobody drills a clock by more, ms. */
const OFFSET_MAX_MS = 86_400_000
/** Peers that one drill cuts off; a mesh has tens. */
const CUT_MAX = 1_024

const messageSchema = z.strictObject({
  type: z.literal('drill'),
  /** PeerIds to which the path is cut; all others are reachable. */
  cut: z.array(z.string().min(1).max(128)).max(CUT_MAX),
  /** Added to the wall clock, ms. */
  clockOffsetMs: z.int().min(-OFFSET_MAX_MS).max(OFFSET_MAX_MS),
  /** Serves wrong windows, proofs and records now and then. */
  lies: z.boolean().optional(),
})

/** The whole state that a drill wants, so that a message may be repeated and a restarted node be told again. */
export type DrillMessage = z.infer<typeof messageSchema>

/** Only a devnet sets it, for nodes of its own. */
export const DRILLS_ENVIRONMENT = 'MONTANA_DRILLS'

/** Undefined for a message that is not one. */
export function parseDrillMessage(message: unknown): DrillMessage | undefined {
  return messageSchema.safeParse(message).data
}
