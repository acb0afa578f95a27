import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { join } from 'node:path'
import { NODE_ENVIRONMENT } from '@montana/node/runtime-flags'
import { endWithUs } from '../children.js'

const MAIN = join(import.meta.dirname, '..', '..', '..', '..', 'packages', 'cli', 'dist', 'main.js')
const START_TIMEOUT_MS = 60_000
const POLL_MS = 100

/** What the bench reads of a node's status. */
export interface Sample {
  readonly window: number
  readonly rss: number
  readonly loopDelayP99Ms: number | null
  readonly stepsPerSecond: number | null
}

export function startMontana(args: readonly string[], flags: readonly string[] = []): ChildProcess {
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc']
  const env = { ...NODE_ENVIRONMENT, ...process.env }
  const child = spawn(process.execPath, [...flags, MAIN, ...args], { stdio, env })
  endWithUs(child)
  return child
}

/** Resolves to the status URL that a starting node reports. */
export function statusUrlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: { statusUrl: string }) => resolve(message.statusUrl))
    child.once('exit', (code) => reject(new Error(`the node ended with ${code}`)))
  })
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

export async function sample(statusUrl: string): Promise<Sample> {
  const response = await fetch(`${statusUrl}/status.json`)
  const { window, res, clock } = (await response.json()) as {
    window: number
    res: { rss: number; eld_p99_ms: number | null }
    clock: { steps_per_second: number | null }
  }
  return { window, rss: res.rss, loopDelayP99Ms: res.eld_p99_ms, stepsPerSecond: clock.steps_per_second }
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

export async function untilReady(check: () => string | undefined): Promise<string> {
  const deadline = performance.now() + START_TIMEOUT_MS
  for (let url = check(); ; url = check()) {
    if (url !== undefined) return url
    if (performance.now() > deadline) throw new Error('the mesh did not start in time')
    await pause(POLL_MS)
  }
}
