import type { GroupConfig } from '@montana/failover/settings'
import { errorCode, errorMessage, isAbort } from '@montana/foundation'

/** One question of `check-config --online` that only the running group can answer. Spec three-mirror 3.2. */
export interface OnlineCheck {
  /** What is asked, for example `witness w1`. */
  readonly name: string
  /** A sentence about what was found. Throws where the answer is a failure. */
  run(config: GroupConfig, signal: AbortSignal): Promise<string>
}

export interface OnlineResult {
  readonly name: string
  readonly verdict: 'ok' | 'failed'
  readonly code: string | null
  readonly text: string
}

/** Asks all at once; one that fails stops no other. Throws AbortError when told to stop. */
export async function runOnlineChecks(
  checks: readonly OnlineCheck[],
  config: GroupConfig,
  signal: AbortSignal,
): Promise<OnlineResult[]> {
  return await Promise.all(checks.map((check) => runCheck(check, config, signal)))
}

async function runCheck(check: OnlineCheck, config: GroupConfig, signal: AbortSignal): Promise<OnlineResult> {
  const { name } = check
  try {
    return { name, verdict: 'ok', code: null, text: await check.run(config, signal) }
  } catch (error) {
    if (isAbort(error)) throw error
    return { name, verdict: 'failed', code: errorCode(error), text: errorMessage(error) }
  }
}
