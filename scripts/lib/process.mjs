import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'

/** Runs a step of the build; its output goes to stderr, so that stdout stays the command's own. */
export function runStep(command, args, options) {
  const result = spawnSync(command, args, { ...options, stdio: ['ignore', 2, 2] })
  return result.status === 0
}

/** Output of a small query such as `rustc --version`, or undefined when it cannot run. */
export function query(command, args, options) {
  const result = spawnSync(command, args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return result.status === 0 ? result.stdout.trim() : undefined
}

/** Runs the user's command in the foreground and passes signals on; resolves to its exit code. */
export function runForeground(command, args, options) {
  return new Promise((resolve) => {
    // The fourth descriptor is a tether: when this process dies, even by kill -9, the child sees it close and ends too.
    const child = spawn(command, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], ...options })
    const forward = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
    child.on('error', () => resolve(1))
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}
