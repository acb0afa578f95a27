import type { Finding } from '../reconcile/finding.js'
import type { SentinelDocument } from '../sentinel/document.js'
import { sentinelView } from '../view/sentinel-view.js'
import type { SentinelView } from '../view/types.js'
import { SENTINEL_WORKFLOW } from '../workflows/sentinel-workflow.js'
import type { MirrorParts } from './parts.js'
import { openReplica, type ReplicaSide } from './replica-side.js'

/** What is known of the watch on a replica. Times are milliseconds since the epoch, of the sentinel's own clock. */
export interface SentinelSight extends Omit<SentinelView, 'observedMs'> {
  readonly id: string
  /** Null: no sentinel has looked yet. */
  readonly observedMs: number | null
  readonly explanation: string | null
  /** RFC 3339. */
  readonly holdUntil: string | null
  readonly autoPromote: boolean
  /** Next step of a promotion under way. */
  readonly promotion: string | null
  readonly findings: readonly Finding[]
}

const FILE = SENTINEL_WORKFLOW.slice(SENTINEL_WORKFLOW.lastIndexOf('/') + 1)
const NEVER = {
  ...{ verdict: 'unknown' as const, observedMs: null, signals: [], count: 0, sinceMs: null },
  ...{ earliestPromotionMs: null, trace: [] },
}

/** Reads memory and fence; writes nothing. A watch that is silent itself is unknown, whatever it saw. Spec 10.4. */
export async function seeSentinel(parts: MirrorParts, name: string, signal: AbortSignal): Promise<SentinelSight> {
  const replica = await openReplica(parts, name, signal)
  const document = await replica.document.read(signal)
  const record = (await parts.fence?.read(signal))?.record
  const view = sentinelView({ sentinel: document, config: parts.config })
  const { findings, isSilent } = await watchTheWatch(parts, replica, document, signal)
  const seen = view ?? { ...NEVER, threshold: parts.config.sentinel.threshold }
  return {
    id: name,
    ...seen,
    verdict: isSilent ? 'unknown' : seen.verdict,
    explanation: seen.trace.at(-1)?.explanation ?? null,
    holdUntil: record?.holdUntil ?? null,
    autoPromote: record?.autoPromote ?? parts.config.autoPromote,
    promotion: promotionOf(document),
    findings,
  }
}

function promotionOf({ promotion }: SentinelDocument): string | null {
  if (promotion === null) return null
  const { begun, done, failed } = promotion.progress
  return failed === null ? (begun ?? `after ${done.at(-1) ?? 'nothing'}`) : `taken back from ${failed}`
}

async function watchTheWatch(
  { config, time }: MirrorParts,
  { provider }: ReplicaSide,
  { memory }: SentinelDocument,
  signal: AbortSignal,
): Promise<{ readonly findings: readonly Finding[]; readonly isSilent: boolean }> {
  const ageMs = memory === null ? null : time.wallMs() - memory.observedMs
  const isSilent = ageMs === null || ageMs >= config.stalenessMs
  const state = (await provider.workflows.list(signal)).find(({ file }) => file === FILE)?.state
  const stopped = state === undefined || state === 'active' ? [] : [stoppedFinding(state)]
  return { findings: [...(isSilent ? [silentFinding(ageMs)] : []), ...stopped], isSilent }
}

function silentFinding(ageMs: number | null): Finding {
  const message =
    ageMs === null ? 'no sentinel has looked yet' : `its last look was ${Math.floor(ageMs / 60_000)} min ago`
  return { code: 'sentinel-silent', message, remedy: 'see whether its timer or its workflow runs, and its token' }
}

function stoppedFinding(state: string): Finding {
  const message = `${FILE} is ${state}`
  return { code: 'sentinel-stopped', message, remedy: `enable ${FILE} on the replica, unless a timer runs instead` }
}
