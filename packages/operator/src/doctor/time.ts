import { runProgram } from '../host/run.js'
import { type Check, green, red, yellow } from './check.js'

const MAX_OFFSET_MS = 500

/** What the host's time service says; null where none answers. */
export interface TimeFacts {
  readonly source: 'chrony' | 'timesyncd' | null
  readonly isSynchronised: boolean | null
  readonly offsetMs: number | null
}

export async function gatherTime(signal: AbortSignal): Promise<TimeFacts> {
  const chrony = await said('chronyc', ['-n', 'tracking'], signal)
  if (chrony !== undefined) return parseChrony(chrony)
  const timedate = await said('timedatectl', ['show', '--property=NTPSynchronized'], signal)
  if (timedate === undefined) return { source: null, isSynchronised: null, offsetMs: null }
  return { source: 'timesyncd', isSynchronised: timedate.includes('=yes'), offsetMs: null }
}

async function said(command: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const output = await runProgram(command, args, signal).catch(() => undefined)
  return output?.code === 0 ? output.text : undefined
}

/** `System time     : 0.000012 seconds slow of NTP time` and `Leap status     : Normal`. */
export function parseChrony(text: string): TimeFacts {
  const seconds = /^System time\s*:\s*([\d.]+) seconds/m.exec(text)?.[1]
  const leap = /^Leap status\s*:\s*(.+)$/m.exec(text)?.[1]
  const isSynchronised = leap !== undefined && leap !== 'Not synchronised'
  return { source: 'chrony', isSynchronised, offsetMs: seconds === undefined ? null : Number(seconds) * 1000 }
}

export function judgeTime({ source, isSynchronised, offsetMs }: TimeFacts): Check {
  const remedy = 'install chrony or systemd-timesyncd, with servers that answer'
  if (source === null) return yellow('time', 'no time service answers', remedy)
  const offset = offsetMs === null ? '' : `, off by ${offsetMs.toFixed(1)} ms`
  const value = `${source}: ${isSynchronised ? '' : 'not '}synchronised${offset}`
  if (!isSynchronised || (offsetMs ?? 0) >= MAX_OFFSET_MS) return red('time', value, remedy)
  return green('time', value)
}
