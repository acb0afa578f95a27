import { spawn } from 'node:child_process'

export interface ScriptResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** As npm starts a script: with a channel that tells it when its parent is gone, and that must not keep it. */
export function runScript(
  path: string,
  args: readonly string[],
  onStderr?: (all: string) => void,
): Promise<ScriptResult> {
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const run = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    run.stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    run.stderr += chunk
    onStderr?.(run.stderr)
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...run })))
}
