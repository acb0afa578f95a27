// What the failover routes answer: see schema/failover.ts.
import type { z } from 'zod'
import type * as schema from './schema/failover.js'
import type { Shown } from './schema/shapes.js'

type View<S extends z.ZodType> = Shown<z.output<S>>

export type FailoverView = View<typeof schema.failoverViewSchema>
export type FailoverAgentView = View<typeof schema.failoverAgentSchema>
export type FailoverGroupView = View<typeof schema.failoverGroupSchema>
export type FailoverChainView = View<typeof schema.failoverChainSchema>
export type FailoverPlaceView = View<typeof schema.placeSchema>
export type FailoverLeaderView = View<typeof schema.leaderSchema>
export type FailoverClaimView = View<typeof schema.claimSchema>
export type FailoverFindingView = View<typeof schema.failoverFindingSchema>
export type FailoverObserverView = View<typeof schema.observerSchema>
export type FailoverProbeView = View<typeof schema.probeSchema>
export type FailoverBreathView = View<typeof schema.failoverBreathSchema>
export type FailoverOrderView = View<typeof schema.failoverOrderSchema>
export type FailoverHistoryView = View<typeof schema.failoverHistorySchema>
export type FailoverChangeView = View<typeof schema.failoverChangeSchema>
export type FailoverIncidentView = View<typeof schema.failoverIncidentSchema>
export type FailoverAcceptedView = View<typeof schema.failoverAcceptedSchema>
