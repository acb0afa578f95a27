import { type Logger, silentLogger, systemRandom } from '@montana/foundation'
import { AlertOutbox } from '../alerts/outbox.js'
import { alertScrub } from '../alerts/scrub.js'
import { toldHere } from '../alerts/told.js'
import { nameText } from '../config/repository-name.js'
import { createTransport } from '../providers/github/transport.js'
import type { Alert } from '../sentinel/types.js'
import type { ScriptAnswer } from './answer.js'
import type { ScriptInit } from './place.js'

/** A receiver takes a line of text; one that needs longer is not there. */
const REQUEST_MS = 5_000
/** What a step may take longer for a receiver that is slow or away: its process ends with it, so it waits. */
const TELL_MS = 20_000

/**
 * Tells the webhook what people must hear of; gives the lines of what could not be told. It runs after what the verb is
 * for and changes nothing of it. A run remembers no other one: receivers group by `key`. Spec repository-mirror 3.1.
 */
export async function tell(init: ScriptInit, alerts: readonly Alert[], signal: AbortSignal): Promise<string[]> {
  const { alertWebhook: url, own, secrets } = init.environment
  if (url === null || alerts.length === 0) return []
  const lines: string[] = []
  const error: Logger['error'] = ({ alert, code }, message) => void lines.push(`${message}: ${alert}: ${code}`)
  const transport = createTransport({
    caFile: null,
    proxyEnvironment: init.proxyEnvironment,
    timeoutMs: REQUEST_MS,
  })
  const outbox = new AlertOutbox({
    webhook: { url, transport, random: systemRandom },
    told: toldHere(),
    scrub: alertScrub(secrets, url),
    repository: nameText(own),
    time: init.time,
    log: { ...silentLogger, error },
  })
  for (const alert of alerts) outbox.post({ ...alert, remedy: null, mirror: null, layer: null })
  await outbox.flush(TELL_MS, signal)
  outbox.close()
  await outbox.flush(TELL_MS, signal)
  return lines
}

export function withLines(answer: ScriptAnswer, lines: readonly string[]): ScriptAnswer {
  return lines.length === 0 ? answer : { ...answer, lines: [...answer.lines, ...lines] }
}
