// What the API answers; the page is written against these types. Labels only, never an address (spec operations 1).
// Not measured is null; times are RFC 3339 UTC, durations ms or s as the name says, sizes bytes.
import type { z } from 'zod'
import type * as error from './schema/error.js'
import type * as features from './schema/features.js'
import type * as mesh from './schema/mesh.js'
import type { Shown } from './schema/shapes.js'
import type * as soak from './schema/soak.js'

type View<S extends z.ZodType> = Shown<z.output<S>>

/** `/api/features`: the parts of this console. */
export type FeaturesView = View<typeof features.featuresSchema>

/** `/api/mesh`, and the event `mesh`. */
export type MeshView = View<typeof mesh.meshSchema>
/** Do all nodes that know a window have the same hashes for it? `unknown`: fewer than two could be compared. */
export type Agreement = View<typeof mesh.agreementSchema>
/** The window that is being decided, as the node with the head sees it. */
export type OpenWindow = View<typeof mesh.openWindowSchema>
export type RecentWindow = View<typeof mesh.recentWindowSchema>
export type NodeView = View<typeof mesh.nodeSchema>
export type PeerView = View<typeof mesh.peerSchema>
/** Answered pings, and how many the time with a connection makes one expect: one per 5 s. */
export type Heartbeats = View<typeof mesh.heartbeatsSchema>
export type ResourcesView = View<typeof mesh.resourcesSchema>
/** What needs an operator now. */
export type AlertView = View<typeof mesh.alertSchema>

/** `/api/soak`. */
export type SoakView = View<typeof soak.soakSchema>
export type RunView = View<typeof soak.runSchema>
export type CoverageView = View<typeof soak.coverageSchema>
export type SoakSeries = View<typeof soak.seriesSchema>
export type NodeSeries = View<typeof soak.nodeSeriesSchema>
export type DrillView = View<typeof soak.drillSchema>
/** The latest report beside the soak file; `null` members where it cannot be read. */
export type ReportView = View<typeof soak.reportSchema>
export type ReportRow = View<typeof soak.reportRowSchema>
export type FindingView = View<typeof soak.findingSchema>
/** The event `soak`: there is a new record, or a new report. */
export type SoakTick = View<typeof soak.soakTickSchema>

export type ErrorView = View<typeof error.errorSchema>
