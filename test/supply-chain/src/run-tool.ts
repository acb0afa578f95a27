import { spawnSync } from 'node:child_process'

const TOOL_TIMEOUT_MS = 60_000
const OUTPUT_MAX_BYTES = 64 << 20

/** What a tool printed; undefined where it is not there or did not end in time. Its exit code is not looked at. */
export function runTool(command: string, args: readonly string[], cwd: string): string | undefined {
  const options = { cwd, encoding: 'utf8', timeout: TOOL_TIMEOUT_MS, maxBuffer: OUTPUT_MAX_BYTES } as const
  const { error, stdout } = spawnSync(command, [...args], options)
  return error || stdout.trim() === '' ? undefined : stdout
}
