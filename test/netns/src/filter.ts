/** What one machine does to packets that arrive at it. */
export interface Filter {
  /** IPv4 addresses of which nothing is let in. */
  readonly dropFrom: readonly string[]
  /** Of every 100 packets. */
  readonly lossPercent: number
  /** Packets beyond it are dropped, as a policing router does; undefined: no bound. */
  readonly kibPerSecond: number | undefined
}

export const OPEN: Filter = { dropFrom: [], lossPercent: 0, kibPerSecond: undefined }

/** A second of a slow link may come at once: no TCP gets through a bucket that holds less than its first segments. */
const BURST_SECONDS = 1

/** The whole ruleset of a machine for `nft -f`, which applies all of it or nothing. */
export function rulesetOf({ dropFrom, lossPercent, kibPerSecond }: Filter): string {
  const rules = [
    ...(dropFrom.length > 0 ? [`ip saddr { ${[...dropFrom].sort().join(', ')} } drop`] : []),
    ...(lossPercent > 0 ? [`iif eth0 numgen random mod 100 < ${lossPercent} drop`] : []),
    ...(kibPerSecond === undefined ? [] : [`iif eth0 ${limitOf(kibPerSecond)} drop`]),
  ]
  return ['flush ruleset', ...(rules.length > 0 ? [tableOf(rules)] : [])].join('\n')
}

function limitOf(kibPerSecond: number): string {
  return `limit rate over ${kibPerSecond} kbytes/second burst ${kibPerSecond * BURST_SECONDS} kbytes`
}

function tableOf(rules: readonly string[]): string {
  const chain = ['type filter hook input priority 0;', ...rules]
  return `table ip trial {\n chain input {\n  ${chain.join('\n  ')}\n }\n}`
}
