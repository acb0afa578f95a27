import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { sleep, writeFileDurably } from '@montana/foundation'
import type { Tenure } from '../agent/ports.js'
import type { ServiceConfig } from '../config/types.js'
import { FailoverError } from '../errors.js'
import { endWard } from '../keeper/ward.js'
import type { ServiceForm } from './service.js'
import { tenureText } from './tenure-file.js'

export interface UnitServiceModules {
  readonly group: string
  readonly host: string
  /** In the agent's runtime folder, which systemd takes away with the agent: spec three-mirror 3.1. */
  readonly tenureFile: string
  /** Copy of the epoch that the unit's own user can read. */
  readonly epochFile: string
  /** For the guard: the unit runs, or no longer does. */
  onRunning(isRunning: boolean): void
}

const READABLE = 0o644
const LOOK_MS = 20
/** Part of the budget that a graceful stop may use before everything of the unit is killed. */
const GRACE_SHARE = 0.6
/** Of one call of systemctl that only asks. */
const ASK_MS = 1_000

/** A service that is a systemd unit: it cannot start without the tenure file, and is stopped by whoever takes that away. */
export function unitForm(service: ServiceConfig, unit: string, modules: UnitServiceModules): ServiceForm {
  const { tenureFile, epochFile, group, host, onRunning } = modules
  let mayRun = true
  const forget = () => rmSync(tenureFile, { force: true })
  return {
    start: async (tenure: Tenure, signal) => {
      mayRun = true
      onRunning(true)
      await writeFileDurably(epochFile, `${tenure.epoch}\n`, READABLE)
      await writeFileDurably(tenureFile, tenureText({ ...tenure, group, host, epochFile }, service), READABLE)
      signal.throwIfAborted()
      // A unit that failed too often before would not be started again.
      await systemctl(['reset-failed', '--', unit], signal).catch(() => {})
      await systemctl(['start', '--', unit], signal)
    },
    hasEnded: () => !mayRun,
    stop: async ({ budgetMs, isGraceful }) => {
      forget()
      const graceMs = isGraceful ? budgetMs * GRACE_SHARE : 0
      await systemctl(['stop', '--no-block', '--', unit], AbortSignal.timeout(ASK_MS)).catch(() => {})
      if (!(await isInactiveWithin(unit, graceMs))) killNow(unit)
      if (!(await isInactiveWithin(unit, budgetMs - graceMs))) {
        throw new FailoverError('HOOK_FAILED', `unit ${unit} could not be stopped in ${budgetMs} ms`)
      }
      mayRun = false
      onRunning(false)
    },
    kill: () => {
      forget()
      killNow(unit)
    },
  }
}

function killNow(unit: string): void {
  endWard({ service: unit, group: null, started: null, cgroup: null, unit })
}

async function isInactiveWithin(unit: string, ms: number): Promise<boolean> {
  for (const endMs = performance.now() + ms; performance.now() < endMs; await sleep(LOOK_MS)) {
    if (await isInactive(unit)) return true
  }
  return false
}

/** A manager that cannot be asked has not said that nothing runs. */
async function isInactive(unit: string): Promise<boolean> {
  const args = ['show', '--property=ActiveState', '--value', '--', unit]
  const state = await systemctl(args, AbortSignal.timeout(ASK_MS)).catch(() => '')
  return ['inactive', 'failed'].includes(state.trim())
}

/** What it prints. Rejects for any exit code but 0. */
function systemctl(args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('systemctl', args, { signal, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      reject(new FailoverError('HOOK_FAILED', `systemctl ${args.join(' ')}: ${stderr.trim()}`, { cause: error }))
    })
  })
}
