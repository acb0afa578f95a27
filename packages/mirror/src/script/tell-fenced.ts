import { errorMessage, isAbort } from '@montana/foundation'
import { isRepeated } from '../alerts/told.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import { parseTime } from '../decide/rfc3339.js'
import type { ScriptInit } from './place.js'
import { tell } from './tell.js'

/**
 * A primary that finds another holder tells it, and not with each run: while the notice of its return is fresh it was told
 * before. Called before that notice is written anew. Gives the lines of what could not be told. Spec repository-mirror 9.2.
 */
export async function tellFenced(
  init: ScriptInit,
  fence: Fence,
  self: string,
  entry: FenceEntry | null,
  signal: AbortSignal,
): Promise<string[]> {
  const { environment, time } = init
  const isFenced = environment.role === 'MASTER' && entry !== null && entry.record.holder !== self
  if (!isFenced || environment.alertWebhook === null) return []
  try {
    const notice = await fence.readReturn(signal)
    if (isRepeated(notice === null ? null : parseTime(notice.at), time.wallMs())) return []
    const { epoch, holder } = entry.record
    const message = `${holder} holds epoch ${epoch}: this repository does nothing until it has been handed back`
    return await tell(init, [{ code: 'FENCED', message, epoch }], signal)
  } catch (error) {
    if (isAbort(error)) throw error
    return [`an alert was not told: FENCED: ${errorMessage(error)}`]
  }
}
