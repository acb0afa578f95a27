import { nowMs } from '@montana/chaos/program'
import type { GaugeLine } from './lines.js'

/** A process that wants the processor for an instant every few ms, as an agent does, and says how late it got it. */
const EVERY_MS = 10
const TELL_EVERY_MS = 200

let [last, told, worst] = [nowMs(), nowMs(), 0]
setInterval(() => {
  const now = nowMs()
  worst = Math.max(worst, now - last - EVERY_MS)
  last = now
  if (now - told < TELL_EVERY_MS) return
  const line: GaugeLine = { fromMs: told, toMs: now, lateMs: worst }
  process.stdout.write(`${JSON.stringify(line)}\n`)
  ;[told, worst] = [now, 0]
}, EVERY_MS)
process.once('disconnect', () => process.exit(0))
