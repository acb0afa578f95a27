import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rule } from '../targets/target.js'
import type { ChildJob, ChildMessage, FindingReport, GroupReport } from './child-message.js'
import { readInHand } from './in-hand.js'

/** Without a word for so long, with a turn of 200 ms, a process hangs in one input. A busy host is given its time. */
const HANG_MS = 60_000
/** To load the modules of a group, which says nothing until it is done. */
const LOAD_MS = 300_000
/** Of the heap of one group; what needs more is a finding. MiB. */
const HEAP_MIB = 768

const CHILD = join(import.meta.dirname, '..', 'child-main.js')

export interface GroupError {
  readonly group: string
  readonly error: string
}

export type Supervised = GroupReport | GroupError

/** Runs one group in a process of its own. A process that dies or hangs is a finding with the input it had in hand. */
export async function supervise(job: Omit<ChildJob, 'inHand'>, hangMs = HANG_MS): Promise<Supervised> {
  const folder = mkdtempSync(join(tmpdir(), 'montana-fuzz-'))
  const inHand = join(folder, 'in-hand')
  try {
    const end = await outcomeOf({ ...job, inHand }, hangMs)
    if ('report' in end) return end.report
    if ('error' in end) return { group: job.group, error: end.error }
    return deathReport(job, end, inHand)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type End = { report: GroupReport } | { error: string } | Death

interface Death {
  readonly rule: Rule
  readonly message: string
  /** Names of the targets in the order of their numbers; empty where the process died before it told. */
  readonly names: readonly string[]
}

function outcomeOf(job: ChildJob, hangMs: number): Promise<End> {
  const child = fork(CHILD, [], {
    execArgv: [`--max-old-space-size=${HEAP_MIB}`, '--no-warnings'],
    serialization: 'json',
  })
  return new Promise((resolve) => {
    let end: End | undefined
    let names: readonly string[] = []
    const watch = watchdog(child, hangMs, () => {
      const ms = names.length === 0 ? LOAD_MS : hangMs
      end = { rule: 'hung', message: `no turn ended within ${ms / 1000} s`, names }
    })
    child.on('message', (message: ChildMessage) => {
      watch.fed()
      if ('names' in message) names = message.names
      else if (!('alive' in message)) end = message
    })
    child.once('exit', (code, signal) => {
      watch.stop()
      resolve(end ?? { rule: 'died', message: signal ? `ended by ${signal}` : `ended with code ${code}`, names })
    })
    child.send(job)
  })
}

/** Loading has no turns, and a time of its own. */
function watchdog(child: ChildProcess, hangMs: number, onHang: () => void) {
  let timer: NodeJS.Timeout | undefined
  const start = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      onHang()
      child.kill('SIGKILL')
    }, ms)
  }
  start(LOAD_MS)
  return { fed: () => start(hangMs), stop: () => clearTimeout(timer) }
}

function deathReport(
  { group, seed }: Omit<ChildJob, 'inHand'>,
  { rule, message, names }: Death,
  path: string,
): Supervised {
  const held = readInHand(path)
  if (!held) return { group, error: `the process of the group ended before it tried anything: ${message}` }
  const target = names[held.target] ?? group
  const input = Buffer.from(held.input).toString('base64')
  const finding: FindingReport = { target, rule, message, place: rule, runs: 0, afterMs: 0, input }
  return { group, seed, probes: 0, loadMs: 0, targets: [], findings: [finding] }
}
