// For packages that read what this one writes: its documents, and how a node is found and asked. No poller, no rule.
export { getJson } from './probe/http.js'
export { locate, type NodeSource, requireInstance } from './probe/locate.js'
export { ProbeError, type ProbeFault, probeFault } from './probe/probe-error.js'
export * as shapes from './probe/shapes.js'
export { statusSchema } from './probe/status-schema.js'
export { isAccounted } from './report/open.js'
export { type Report, reportSchema } from './report/schema.js'
export { type DrillEvent, drillEventSchema, type RunDocument, runDocumentSchema } from './run/schema.js'
