export { DOCUMENT_BYTES_MAX, type SentinelDocument } from './document.js'
export { DocumentStore, openDocumentStore } from './document-store.js'
export { runSentinelOnce } from './run-once.js'
export type { Alert, SentinelInit, SentinelReport } from './types.js'
