import { UsageError } from '@montana/foundation'
import { readSince } from './since.js'

/** What the other side of an ssh connection may ask for: spec operations 3.7. */
export type ProbeRequest =
  | { readonly verb: 'probe'; readonly window?: number }
  | { readonly verb: 'digest'; readonly sinceMs: number }

const PROBE = /^probe(?: --window (\d{1,15}))?$/
const DIGEST = /^digest --since (\S{1,64})$/

/**
 * The request in SSH_ORIGINAL_COMMAND; without ssh, a probe. Whoever holds the key may send anything, so that whole
 * texts are compared and nothing of them is run or repeated. Throws {@link UsageError}.
 */
export function readRequest(
  environment: Readonly<Record<string, string | undefined>>,
  nowMs = Date.now(),
): ProbeRequest {
  const { SSH_ORIGINAL_COMMAND: words, SSH_CONNECTION: connection } = environment
  if (words === undefined && connection === undefined) return { verb: 'probe' }
  const [isProbe, window] = PROBE.exec(words ?? '') ?? []
  if (isProbe !== undefined) return { verb: 'probe', ...(window !== undefined && { window: Number(window) }) }
  const since = DIGEST.exec(words ?? '')?.[1]
  if (since !== undefined) return { verb: 'digest', sinceMs: readSince(since, nowMs) }
  throw new UsageError('this key may not ask for that', {
    field: 'SSH_ORIGINAL_COMMAND',
    remedy: "ask for 'probe', 'probe --window N' or 'digest --since TIME'",
  })
}
