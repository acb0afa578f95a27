import { spawn } from 'node:child_process'
import { errorCode } from '@montana/foundation'

/** Exit code of ping when nobody answered; others mean that it could not ask. */
const UNANSWERED = 1

/** One echo request. Null where this host has no ping or may not use it. Never rejects. */
export function ping(address: string, seconds: number, signal: AbortSignal): Promise<boolean | null> {
  return new Promise((resolve) => {
    const args = ['-n', '-q', '-c', '1', '-W', String(seconds), '--', address]
    const child = spawn('ping', args, { stdio: 'ignore', signal, killSignal: 'SIGKILL' })
    child.once('error', (error) => resolve(errorCode(error) === 'ABORT_ERR' ? false : null))
    child.once('close', (code) => resolve(code === 0 ? true : code === UNANSWERED || code === null ? false : null))
  })
}
