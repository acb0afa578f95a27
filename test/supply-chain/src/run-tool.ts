import { spawnSync } from 'node:child_process'

const TOOL_TIMEOUT_MS = 60_000
const OUTPUT_MAX_BYTES = 64 << 20

export interface ToolEnd {
  /** It is not on this host: nobody could ask it. */
  readonly isAbsent: boolean
  /** Exit code; null where it was ended from outside, or took too long. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function runTool(command: string, args: readonly string[], cwd: string): ToolEnd {
  const options = { cwd, encoding: 'utf8', timeout: TOOL_TIMEOUT_MS, maxBuffer: OUTPUT_MAX_BYTES } as const
  const { error, status, stdout, stderr } = spawnSync(command, [...args], options)
  const isAbsent = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
  return { isAbsent, code: error ? null : status, stdout: stdout ?? '', stderr: stderr || (error?.message ?? '') }
}
