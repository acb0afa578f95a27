export { check } from './check/check.js'
export { type Gap, gapAfter } from './check/gap.js'
export type { ActingSpan, SinkLine, Trace, Violation } from './check/types.js'
export type { ClientWrite } from './client/lines.js'
