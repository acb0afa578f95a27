import { spawn } from 'node:child_process'
import { AbortError, errorMessage } from '@montana/foundation'
import { ReleaseError } from '../errors.js'

const OUTPUT_MAX_BYTES = 65_536

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program without a shell to its end. Throws AbortError, or SERVICE_FAILED where it cannot be started. */
export async function runProgram(program: string, args: readonly string[], signal: AbortSignal): Promise<Ran> {
  if (signal.aborted) throw new AbortError(signal.reason)
  const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], signal })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (texts[name].length < OUTPUT_MAX_BYTES) texts[name] += text
    })
  }
  return await new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      if (signal.aborted) return reject(new AbortError(signal.reason))
      reject(new ReleaseError('SERVICE_FAILED', `${program} cannot be run: ${errorMessage(cause)}`, { cause }))
    })
    child.on('close', (code) => resolve({ code: code ?? 1, ...texts }))
  })
}
