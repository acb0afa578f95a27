import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { errorCode, type TimeSource } from '@montana/foundation'
import { STATUS_MAX_BYTES } from '../../constants.js'
import { ProbeError } from '../probe-error.js'
import { sshArguments } from './arguments.js'
import { sshFault } from './fault.js'
import type { SshTarget } from './target.js'

/** Enough for what ssh says before it gives up. */
const STDERR_MAX_BYTES = 16_384

export interface SshAnswer {
  readonly text: string
  /** From the start of ssh to the first byte of the answer, ms. */
  readonly firstByteMs: number
}

/**
 * Runs the system's ssh, without a shell, and resolves to what the other side printed, at most 1 MiB. The process is
 * killed when the signal fires. Throws {@link ProbeError}, and whatever the signal was aborted with.
 */
export async function runSsh(
  target: SshTarget,
  words: string,
  time: TimeSource,
  signal: AbortSignal,
): Promise<SshAnswer> {
  const startedMs = time.monotonicMs()
  const child = spawn('ssh', sshArguments(target, words), {
    ...{ stdio: ['ignore', 'pipe', 'pipe'], env: environment(), signal, killSignal: 'SIGKILL' },
  })
  const ended = endOf(child)
  const stderr = firstBytes(child.stderr, STDERR_MAX_BYTES)
  const output = readOutput(child, () => time.monotonicMs() - startedMs)
  const [code, faultText, answer] = await Promise.all([ended, stderr, output])
  if (code !== 0) throw sshFault(code, faultText)
  return answer
}

/** Neither an agent nor a program that asks for passwords; messages in the language that they are read in. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C' }
}

type Child = ChildProcessByStdio<null, Readable, Readable>

async function endOf(child: Child): Promise<number | null> {
  const [code] = (await once(child, 'close').catch(notStarted)) as [number | null]
  return code
}

function notStarted(error: unknown): never {
  if (errorCode(error) !== 'ENOENT') throw error
  throw new ProbeError('SSH_MISSING', 'the watchdog has no ssh client')
}

async function readOutput(child: Child, elapsedMs: () => number): Promise<SshAnswer> {
  const chunks: Buffer[] = []
  let length = 0
  let firstByteMs: number | undefined
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    firstByteMs ??= elapsedMs()
    length += chunk.length
    if (length > STATUS_MAX_BYTES) throw tooLarge(child)
    chunks.push(chunk)
  }
  return { text: Buffer.concat(chunks).toString('utf8'), firstByteMs: firstByteMs ?? elapsedMs() }
}

function tooLarge(child: Child): ProbeError {
  child.kill('SIGKILL')
  return new ProbeError('TOO_LARGE', `the answer exceeds ${STATUS_MAX_BYTES} bytes`)
}

/** Reads to the end, so that the other side never waits, and keeps the beginning. */
async function firstBytes(stream: Readable, limit: number): Promise<string> {
  let kept = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (kept.length < limit) kept = Buffer.concat([kept, chunk]).subarray(0, limit)
  }
  return kept.toString('utf8')
}
