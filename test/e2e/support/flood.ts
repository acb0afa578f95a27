import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { FloodReport, Plan, SlowStage } from './flood-process.js'

export type { FloodReport, SlowStage }

const PROGRAM = join(import.meta.dirname, 'flood-process.ts')
/** An address of this host that no manifest names. */
export const STRANGER = '127.0.0.99'
export const OTHER_STRANGER = '127.0.0.98'

type Attack = Exclude<Plan, { kind: 'sink' }>

/** Runs one attack to its end, in a process of its own. */
export async function flood(plan: Attack): Promise<FloodReport> {
  const child = start(plan)
  const [text] = await Promise.all([firstLine(child), ended(child)])
  return JSON.parse(text) as FloodReport
}

/** Accepts and closes, in a process of its own that ends with the test. */
export async function startSink(): Promise<{ readonly port: number }> {
  return JSON.parse(await firstLine(start({ kind: 'sink' }))) as { port: number }
}

/** So many addresses of this host, all outside every manifest. */
export function manyStrangers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`)
}

function start(plan: Plan): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended(child)
  })
  return child
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    child.once('close', () => reject(new Error('the attacker ended without a report')))
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((resolve) => child.once('close', resolve))
}
