import { formatTime } from '@montana/foundation'
import type { Layer } from '../contracts/config.js'

/** What a person must hear of, wherever it was noticed. */
export interface AlertNotice {
  readonly code: string
  readonly message: string
  readonly remedy: string | null
  /** The target concerned; null where it is the repository itself. */
  readonly mirror: string | null
  readonly layer: Layer | null
  readonly epoch: number | null
}

/** What a webhook is sent, as JSON. Spec repository-mirror 3.1 MIRROR_ALERT_WEBHOOK. */
export interface AlertBody extends AlertNotice {
  readonly schema: 'montana.mirror.alert/1'
  /** The same in each try of one alert. */
  readonly id: string
  /** The same for each telling of one trouble, for receivers that group. */
  readonly key: string
  /** RFC 3339. */
  readonly at: string
  /** `owner/name` of whoever tells; null where it is not known. */
  readonly repository: string | null
  /** All of it in one line: what chat services show. */
  readonly text: string
}

export interface AlertOrigin {
  readonly id: string
  readonly atMs: number
  readonly repository: string | null
}

/** No special reason: what a phone shows without being opened is less, what a queue of them may hold is more. */
const TEXT_CHARACTERS_MAX = 2_000

/** Code, target, layer and epoch: words and ages in a message change while the trouble stays the same. */
export function alertKey({ code, mirror, layer, epoch }: AlertNotice): string {
  return [code, mirror ?? '', layer ?? '', epoch ?? ''].join('/')
}

/** `scrub` takes out of each text what nobody else may read. */
export function alertBody(notice: AlertNotice, origin: AlertOrigin, scrub: (text: string) => string): AlertBody {
  const clean = (text: string) => shorten(scrub(text))
  const message = clean(notice.message)
  const remedy = notice.remedy === null ? null : clean(notice.remedy)
  const { id, atMs, repository } = origin
  const { code, mirror, layer, epoch } = notice
  const where = [repository, mirror, layer].filter((part) => part !== null).join(' ')
  const text = shorten([where, code, message].filter((part) => part !== '').join(': ') + (remedy ? `; ${remedy}` : ''))
  const what = { code, message, remedy, mirror, layer, epoch, text }
  return { schema: 'montana.mirror.alert/1', id, key: alertKey(notice), at: formatTime(atMs), repository, ...what }
}

/** Between two characters, never within one. */
function shorten(text: string): string {
  const characters = Array.from(text)
  return characters.length <= TEXT_CHARACTERS_MAX ? text : `${characters.slice(0, TEXT_CHARACTERS_MAX - 1).join('')}…`
}
