import { type ChildProcess, spawn } from 'node:child_process'
import type { Nemesis } from './nemesis.js'
import { targetOf } from './traffic.js'

const CALLS = 'fsync,fdatasync'
/** As strace marks a call that it made fail. */
const INJECTED = '(INJECTED)\n'
/** A process with twenty threads on a busy host. */
const ATTACH_TIMEOUT_MS = 20_000

/** Every flush of the node fails with EIO, as on a disk that is dying. */
export const eio: Nemesis = async ({ nodeOf }, fault) => {
  const { pid, label } = nodeOf(targetOf(fault))
  if (pid === undefined) throw new Error(`${label} does not run`)
  const inject = ['-e', `trace=${CALLS}`, '-e', `inject=${CALLS}:error=EIO`]
  const tracer = spawn('strace', ['-f', ...inject, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  let [heard, rest] = [0, '']
  tracer.stderr.on('data', (chunk) => {
    // A mark may be cut in two.
    const text = `${rest}${chunk}`
    heard += text.split(INJECTED).length - 1
    rest = text.slice(text.lastIndexOf('\n') + 1)
  })
  await attached(tracer)
  return async () => {
    await detach(tracer)
    if (heard === 0) throw new Error(`${label} has flushed nothing meanwhile`)
  }
}

async function attached(tracer: ChildProcess): Promise<void> {
  let heard = ''
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      tracer.kill('SIGKILL')
      reject(new Error('strace did not attach in time'))
    }, ATTACH_TIMEOUT_MS)
    tracer.once('exit', () => {
      clearTimeout(timer)
      reject(new Error(`strace ended: ${heard.trim()}`))
    })
    tracer.stderr?.on('data', (chunk) => {
      heard += chunk
      if (!heard.includes('attached')) return
      clearTimeout(timer)
      resolve()
    })
  })
}

/** It lets the process go when it is ended in order; it may be gone with it. */
async function detach(tracer: ChildProcess): Promise<void> {
  if (tracer.exitCode !== null || tracer.signalCode !== null) return
  const gone = new Promise((resolve) => tracer.once('exit', resolve))
  tracer.kill('SIGINT')
  await gone
}
