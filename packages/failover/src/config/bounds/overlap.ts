import { OVERLAP_MARGIN_MS } from '../constants.js'
import type { GroupConfig, Profile } from '../types.js'
import { secondsText } from './seconds.js'
import { counted, repeatedTerm, sumText, type Term, term, termTexts, totalMs } from './terms.js'
import type { OverlapBound } from './types.js'

/** A leader that lost its standing is dead before its successor may begin. Spec three-mirror 5.4. */
export function overlapBound({ profile, isolateAfterMs, killBudgetMs }: GroupConfig): OverlapBound {
  const termsMs = { isolate: isolateAfterMs, kill: killBudgetMs, margin: OVERLAP_MARGIN_MS }
  const stop = Object.entries(termsMs).map(([name, ms]) => term(name, ms))
  const earliest = takeover(profile)
  const [stopMs, earliestTakeoverMs] = [totalMs(stop), totalMs(earliest)]
  const isKept = stopMs <= earliestTakeoverMs
  const formula = `${sumText(stop)} ${isKept ? '≤' : '>'} ${secondsText(earliestTakeoverMs)} s = ${termTexts(earliest)}`
  return { termsMs, stopMs, earliestTakeoverMs, formula, isKept }
}

/** The earliest moment for anybody: the first probe that gets no answer left just after the silence began. */
function takeover({ misses, intervalMs, timeoutMs, confirmMs, isBurst }: Profile): Term[] {
  const intervals = misses - 1
  return [
    repeatedTerm('intervals', counted(intervals, 'interval'), intervals, intervalMs),
    term('timeout', timeoutMs),
    ...(isBurst ? [term('burst', confirmMs)] : []),
  ]
}
