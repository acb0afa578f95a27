import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdir, open } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { sleep } from '@montana/foundation'
import { ReleaseError } from '../errors.js'
import { type Account, accountOf } from './account.js'
import { type CommandLine, commandLineOf } from './command-line.js'
import { forgetStarted, pidFile, readStarted, type Started, writeStarted } from './pid-file.js'
import type { ServiceControl } from './types.js'
import { linkUnits, readUnit } from './unit-folder.js'

/** Between two looks at a process. */
const LOOK_MS = 25
/** Who ends within this time has not started. */
const SETTLE_MS = 250
const KILL_WAIT_MS = 5_000

/**
 * Runs the unit's ExecStart itself, with its user and environment, as a process group of its own that outlives this one.
 * Timers are not run, nothing is restarted, and what it prints goes to a file beside the pid.
 */
export function processServices(root: string): ServiceControl {
  const isActive = async (unit: string) => (await readStarted(pidFile(root, unit))) !== undefined
  const start = async (unit: string, signal: AbortSignal) => {
    if (!unit.endsWith('.service') || (await isActive(unit))) return
    await launch(root, unit, commandLineOf(await readUnit(root, unit), unit), signal)
  }
  const stop = async (unit: string, signal: AbortSignal) => {
    const file = pidFile(root, unit)
    const started = await readStarted(file)
    if (started) await end(file, started, commandLineOf(await readUnit(root, unit), unit), signal)
    await forgetStarted(file)
  }
  return {
    kind: 'process',
    daemonReload: async () => {},
    enable: (units) => linkUnits(root, units, true),
    disable: (units) => linkUnits(root, units, false),
    ...{ start, stop, isActive },
    restart: async (unit, signal) => {
      await stop(unit, signal)
      await start(unit, signal)
    },
  }
}

async function launch(root: string, unit: string, line: CommandLine, signal: AbortSignal): Promise<void> {
  const file = pidFile(root, unit)
  const account = line.user === undefined ? undefined : await accountOf(root, line.user, line.group)
  await makeFolders(root, line, account)
  await mkdir(dirname(file), { recursive: true, mode: 0o755 })
  await using log = await open(file.replace(/pid$/, 'log'), 'a', 0o640)
  const [program = '', ...args] = commandOf(root, line, account)
  const child = spawn(program, args, {
    ...{ detached: true, stdio: ['ignore', log.fd, log.fd], cwd: below(root, line.workingDirectory ?? '/') },
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...line.environment },
  })
  const ended = once(child, 'exit').then(
    ([code]) => (code as number | null) ?? -1,
    () => -1,
  )
  child.unref()
  if (child.pid !== undefined) await writeStarted(file, child.pid)
  const code = await Promise.race([ended, line.isOneshot ? ended : sleep(SETTLE_MS, signal)])
  if (typeof code !== 'number' || (line.isOneshot && code === 0)) return
  throw new ReleaseError('SERVICE_FAILED', `${unit} ended with ${code}`, {
    remedy: `see ${file.replace(/pid$/, 'log')}`,
  })
}

/** Below another root every absolute path that is there is meant; where nobody else is named, it runs as the caller. */
function commandOf(root: string, { words }: CommandLine, account: Account | undefined): string[] {
  const moved = words.map((word) => (isAbsolute(word) ? below(root, word) : word))
  if (!account || process.getuid?.() !== 0) return moved
  const groups = root === '/' ? '--init-groups' : '--clear-groups'
  return ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, groups, '--no-new-privs', '--', ...moved]
}

function below(root: string, path: string): string {
  const moved = join(root, path)
  return existsSync(moved) ? moved : path
}

async function makeFolders(root: string, line: CommandLine, account: Account | undefined): Promise<void> {
  const runtime = line.runtimeDirectories.map((name) => join(root, 'run', name))
  for (const folder of [...runtime, ...line.stateDirectories.map((name) => join(root, 'var/lib', name))]) {
    if (existsSync(folder)) continue
    await mkdir(folder, { recursive: true, mode: 0o755 })
    if (account && process.getuid?.() === 0) await chown(folder, account.uid, account.gid)
  }
}

/** Asked first, as the unit says, and killed as a group once its time is over. */
async function end(file: string, { pid }: Started, line: CommandLine, signal: AbortSignal): Promise<void> {
  send(line.endsGroup ? -pid : pid, line.killSignal)
  if (await isGoneWithin(file, line.stopTimeoutMs, signal)) return
  send(-pid, 'SIGKILL')
  if (await isGoneWithin(file, KILL_WAIT_MS, signal)) return
  throw new ReleaseError('SERVICE_FAILED', `process ${pid} cannot be ended`, { remedy: 'end it by hand' })
}

async function isGoneWithin(file: string, ms: number, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + ms
  while (await readStarted(file)) {
    if (performance.now() >= until) return false
    await sleep(LOOK_MS, signal)
  }
  return true
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone meanwhile.
  }
}
