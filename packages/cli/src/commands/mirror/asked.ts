import { userInfo } from 'node:os'
import { UsageError } from '@montana/foundation'
import type { Mirror, TargetConfig } from '@montana/mirror'

const REASON_MAX_CHARS = 500

/** Typed by whoever asks: it stands in the audit and in the fence record. Throws UsageError (2). */
export function requireReason(reason: string | undefined): string {
  const text = reason?.trim() ?? ''
  if (text !== '' && text.length <= REASON_MAX_CHARS) return text
  throw new UsageError('a reason is needed', {
    field: 'reason',
    remedy: 'say why with --reason "…", in 500 characters',
  })
}

/** The name of what changes, typed once more. Throws UsageError (2). */
export function requireConfirmed(target: TargetConfig, confirm: string | undefined): void {
  const wanted = target.type === 'github' ? `${target.repository.owner}/${target.repository.name}` : target.name
  if (confirm === wanted) return
  throw new UsageError(`--confirm does not repeat ${wanted}`, {
    field: 'confirm',
    remedy: `look at it with --dry-run, then give --confirm ${wanted}`,
  })
}

/** Of the fence as it is now; null where it has no record. */
export async function epochNow({ parts }: Mirror, signal: AbortSignal): Promise<number | null> {
  return (await parts.fence?.read(signal))?.record.epoch ?? null
}

/** Who asks, for the audit. */
export function operator(): string {
  try {
    return `operator ${userInfo().username}`
  } catch {
    return 'operator'
  }
}
