import { HOOK_CALL, HOOK_COMMAND, MIRROR_NOOP, MIRROR_PUSH, OUR_FIRST, OUR_SYNC, PLAIN_FIRST } from './names.js'
import type { MirrorRow } from './rows.js'

/** Time of ours ÷ time of what one would take instead: below 1 is faster. What was not measured is left out. */
export function mirrorRatios(rows: readonly MirrorRow[]): Record<string, number> {
  const ms = (name: string) => rows.find((row) => row.name === name)?.medianMs ?? 0
  const pairs: [string, number, number][] = [
    ['hookCallToMirrorPush', ms(HOOK_CALL), ms(MIRROR_PUSH)],
    ['hookCommandToMirrorPush', ms(HOOK_COMMAND), ms(MIRROR_PUSH)],
    ['noopSyncToMirrorPush', ms(OUR_SYNC), ms(MIRROR_NOOP)],
    ['firstPushToPlainPush', ms(OUR_FIRST), ms(PLAIN_FIRST)],
  ]
  const measured = pairs.filter(([, above, below]) => above > 0 && below > 0)
  return Object.fromEntries(measured.map(([name, above, below]) => [name, above / below]))
}
