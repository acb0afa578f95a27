export { type Filter, rulesetOf } from './filter.js'
export { createLoopback } from './loopback.js'
export { createNamespaces, hasNamespaces } from './namespaces.js'
export type { TrialNetwork } from './types.js'
