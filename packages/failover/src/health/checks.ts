import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { errorCode, errorMessage } from '@montana/foundation'
import type { HealthConfig } from '../config/types.js'
import { signalGroup } from '../process/group-signal.js'
import type { Progress } from './progress.js'

/** Null when it holds; else why not. */
export type CheckResult = string | null

/** What an http check read of a progress counter; undefined where none is configured. */
export interface CheckOutcome {
  readonly failure: CheckResult
  readonly progress?: Progress
}

const BODY_MAX_BYTES = 64 * 1024

/** One question to a service; ends when `signal` fires. Never rejects. Spec three-mirror 5.5. */
export async function runCheck(check: HealthConfig, signal: AbortSignal): Promise<CheckOutcome> {
  try {
    if (check.kind === 'http') return await checkHttp(check, signal)
    if (check.kind === 'tcp') return { failure: await checkTcp(check, signal) }
    const command = check.kind === 'command' ? check.command : ['systemctl', 'is-active', '--quiet', '--', check.unit]
    return { failure: await checkCommand(command, signal) }
  } catch (error) {
    return { failure: signal.aborted ? 'no answer in time' : `${errorCode(error)}: ${errorMessage(error)}` }
  }
}

type HttpCheck = Extract<HealthConfig, { kind: 'http' }>

async function checkHttp({ url, progressField, maxAgeMs }: HttpCheck, signal: AbortSignal): Promise<CheckOutcome> {
  const response = await fetch(url, { signal, redirect: 'manual', headers: { connection: 'close' } })
  if (!response.ok) {
    await response.body?.cancel()
    return { failure: `HTTP ${response.status}` }
  }
  if (progressField === undefined) {
    await response.body?.cancel()
    return { failure: null }
  }
  const value = fieldOf(await readBounded(response), progressField)
  if (typeof value !== 'number' || !Number.isFinite(value)) return { failure: `no number in field ${progressField}` }
  return { failure: null, progress: { value, ...(maxAgeMs !== undefined && { maxAgeMs }) } }
}

async function readBounded(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > BODY_MAX_BYTES) throw new RangeError(`more than ${BODY_MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

/** `a.b` is b in a. */
function fieldOf(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((found, name) => {
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[name] : undefined
  }, value)
}

function checkTcp({ host, port }: { host: string; port: number }, signal: AbortSignal): Promise<CheckResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (result: CheckResult) => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve(result)
    }
    const onAbort = () => end('no answer in time')
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) return onAbort()
    socket.once('connect', () => end(null))
    socket.once('error', (error) => end(errorCode(error)))
  })
}

/** Its group is killed when it takes too long, and nobody waits for that: a process can be stuck in the kernel. */
function checkCommand([program = '', ...args]: readonly string[], signal: AbortSignal): Promise<CheckResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true })
    const end = (result: CheckResult) => {
      signal.removeEventListener('abort', onAbort)
      resolve(result)
    }
    const onAbort = () => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
      end('no answer in time')
    }
    signal.addEventListener('abort', onAbort, { once: true })
    child.once('error', (error) => end(errorCode(error)))
    child.once('exit', (code, killed) => end(code === 0 ? null : killed === null ? `exit ${code}` : killed))
    if (signal.aborted) onAbort()
  })
}
