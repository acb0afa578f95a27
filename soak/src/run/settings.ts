import { z } from 'zod'
import { DEFAULT_INTERVAL_MS } from '../constants.js'
import { LIST_MAX } from '../probe/shapes.js'
import { claimSchema, plannedDrillSchema } from './schema.js'

const claimSetting = claimSchema.extend({
  state: claimSchema.shape.state.default('claimed'),
  claim: claimSchema.shape.claim.default(''),
  span_s: claimSchema.shape.span_s.default(null),
})

const drillSetting = plannedDrillSchema.extend({
  peer: plannedDrillSchema.shape.peer.default(null),
  window: plannedDrillSchema.shape.window.default(null),
  duration_s: plannedDrillSchema.shape.duration_s.default(null),
})

/** How a run is to be judged, as keys of the configuration file: spec operations 3.1. */
export const runSettingsShape = {
  /** 1 unless declared. */
  time_scale: z.number().positive().optional(),
  pq_only: z.boolean().default(true),
  collector_node: z.string().nullable().default(null),
  /** Path of the thresholds file; by default the one of this package. */
  thresholds: z.string().min(1).optional(),
  claims: z.array(claimSetting).max(LIST_MAX).default([]),
  drills: z.array(drillSetting).max(LIST_MAX).default([]),
}

const runSettingsSchema = z.strictObject(runSettingsShape)
export type RunSettings = z.infer<typeof runSettingsSchema>

/**
 * Time scale of a run whose windows are as much shorter as its polls are, such as a devnet's. It is declared, never
 * guessed: a real mesh that is polled every minute is not a compressed one.
 */
export function timeScaleOf(intervalMs: number): number {
  return Math.max(1, DEFAULT_INTERVAL_MS / intervalMs)
}
