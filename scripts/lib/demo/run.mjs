import { spawn } from 'node:child_process'
import { join } from 'node:path'

/**
 * Runs the product's command; all it prints goes to stderr, because stdout belongs to the result of the demo. A verdict
 * (exit 1) is for the report to give; anything above ends the demo with the same code.
 */
export async function montana(root, args, signal) {
  if (signal.aborted) return
  const cli = join(root, 'packages', 'cli', 'dist', 'main.js')
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 2, 2, 'ipc'] })
  const stop = () => child.kill('SIGINT')
  signal.addEventListener('abort', stop)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  signal.removeEventListener('abort', stop)
  if (!signal.aborted && code !== 0 && code !== 1) process.exit(code ?? 1)
}
