import { spawn } from 'node:child_process'
import { MontanaError } from '@montana/foundation'

const MAX_OUTPUT_BYTES = 64 * 1024
/** What ordinary programs need; nothing of ours. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

export interface Output {
  readonly code: number | null
  /** stdout, then stderr. */
  readonly text: string
}

/** Runs a program of the host to its end; rejects only when it cannot be started or `signal` fires. */
export async function runProgram(command: string, args: readonly string[], signal: AbortSignal): Promise<Output> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'], signal })
    let text = ''
    const take = (chunk: Buffer) => {
      if (text.length < MAX_OUTPUT_BYTES) text += chunk.toString('utf8')
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, text: text.trim() }))
  })
}

/** As {@link runProgram}; throws MontanaError PROGRAM_FAILED with the last line that it said. */
export async function mustRun(command: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { code, text } = await runProgram(command, args, signal)
  if (code === 0) return text
  const said = text.split('\n').at(-1) ?? ''
  throw new MontanaError('PROGRAM_FAILED', `${command} ended with ${code}: ${said}`, { metadata: { command, code } })
}
