import { describeViolation } from '../oracles/oracle.js'
import { runJob } from '../run/run-job.js'
import type { SimOptions } from './options.js'

/** Replays one seed and prints every line of its history. */
export function printTrace(options: SimOptions, print: (line: string) => void): number {
  const { start: seed, windows, without, members } = options
  const result = runJob({ seed, windows, without, keepsTrace: true, ...(members !== undefined && { members }) })
  const { lines, violation, traceHash } = result
  print(lines.join('\n'))
  print(`trace hash ${traceHash}`)
  if (violation) print(describeViolation(violation))
  print(violation ? '0 passed, 1 failed' : '1 passed, 0 failed')
  return violation ? 1 : 0
}
