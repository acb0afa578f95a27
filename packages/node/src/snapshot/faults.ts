import type { Logger } from '@montana/foundation'
import type { NodeMetrics } from '../metrics.js'
import type { NodeRecord } from '../status/node-record.js'

/** Finding: a frozen state that is not what its header says, and is not served. */
const SNAPSHOT_UNSOUND = 'SnapshotUnsound'
/** Different ones that are told of; the log of a node does not grow at the pace of those who ask. */
const FAULTS_SAID_MAX = 64

export interface FaultModules {
  readonly logger: Logger
  readonly record: NodeRecord
  readonly metrics: NodeMetrics
}

/** Tells the operator of each different fault once: one may be met by every request of a joiner. */
export function snapshotFaults({ logger, record, metrics }: FaultModules): (window: number, detail: string) => void {
  const said = new Set<string>()
  return (window, detail) => {
    if (said.has(detail) || said.size >= FAULTS_SAID_MAX) return
    said.add(detail)
    logger.error({ code: SNAPSHOT_UNSOUND, window, detail }, 'finding')
    record.noteFinding({ code: SNAPSHOT_UNSOUND, window, detail })
    metrics.findings.inc({ code: SNAPSHOT_UNSOUND })
  }
}
