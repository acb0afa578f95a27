/**
 * The keeper: a child of the agent in a session of its own, so that what stops or freezes the agent's group leaves it
 * alone. It ends every service whose end was not moved in time, and all of them at once when the agent is gone, which it
 * sees by the end of its input. Nothing but Node's own modules: it has to start fast and stay small.
 */
import { lineReader } from '../process/line-reader.js'
import { monotonicMs } from '../process/monotonic.js'
import { Expiry } from './expiry.js'
import { decodeWards, ENDED, HEARD, LINE_MAX_CHARS } from './keeper-lines.js'
import { endWard, type TimedWard } from './ward.js'

/** How late an end may be noticed; a part of the kill budget of 500 ms. */
const LOOK_MS = 20

let wards: readonly TimedWard[] = []
const expiry = new Expiry()

function look(): void {
  for (const ward of wards) {
    if (!expiry.isDue(ward.service, ward.untilMs, monotonicMs())) continue
    endWard(ward)
    process.stdout.write(`${ENDED}${ward.service}\n`)
  }
}

function takeIn(line: string): void {
  wards = decodeWards(line) ?? wards
  process.stdout.write(`${HEARD}\n`)
}

function leave(): void {
  for (const ward of wards) endWard(ward)
  process.exit(0)
}

// Ends with the agent and only then: whoever asks both to stop must not find the service alone.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.stdout.on('error', () => {})
process.stdin.setEncoding('utf8')
process.stdin.on('data', lineReader(LINE_MAX_CHARS, takeIn))
process.stdin.on('end', leave)
process.stdin.on('error', leave)
setInterval(look, LOOK_MS)
