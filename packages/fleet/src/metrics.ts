import type { MetricsRegistry } from '@montana/foundation'

/** Of whatever process has a signed document in force: spec operations 14. */
export function createDocumentMetrics(registry: MetricsRegistry) {
  return {
    info: registry.gauge<'kind' | 'version'>({
      name: 'montana_document_info',
      help: '1 for the version of a signed document that is in force, 0 for those that were',
      labels: ['kind', 'version'],
    }),
    notAfter: registry.gauge<'kind'>({
      name: 'montana_document_not_after_timestamp_seconds',
      help: 'End of the signed document in force',
      labels: ['kind'],
    }),
    refused: registry.counter<'kind' | 'code'>({
      name: 'montana_document_refused_total',
      help: 'Signed documents that were refused, by the rule that refused them',
      labels: ['kind', 'code'],
    }),
  }
}

export type DocumentMetrics = ReturnType<typeof createDocumentMetrics>
