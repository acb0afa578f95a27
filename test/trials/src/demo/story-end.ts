import type { DemoResult } from './result.js'

/** The end of the story, for people. */
export function storyEnd(result: DemoResult, dir: string): string[] {
  const { verdict, trials, gapsMs, perDead, doubleLeaders, lostWrites, writes, witnesses, network, reasons } = result
  const rows = Object.entries(perDead).map(
    ([dead, { p50, p99, max }]) => `${dead.padStart(6)}  ${cells(p50, p99, max)}`,
  )
  return [
    '',
    `${verdict}: ${trials} deaths of the leading host, ${witnesses} witnesses outside the five, on ${network}`,
    '  dead       p50       p99       max   seconds from the death to the first effect of the next host',
    ...rows,
    `   all  ${cells(gapsMs.p50, gapsMs.p99, gapsMs.max)}`,
    `${doubleLeaders} times two hosts acted for one policy; ${lostWrites} of ${writes} messages lost or answered twice`,
    ...reasons.map((reason) => `FAIL: ${reason}`),
    ...(verdict === 'PASS' ? [] : [`logs: ${dir}`]),
  ]
}

function cells(...values: number[]): string {
  return values.map((ms) => (ms / 1000).toFixed(2).padStart(8)).join('  ')
}
