import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { errorMessage } from '@montana/foundation'

/** What came of one bench: what it printed, or why there is nothing. */
export type Ended = { readonly report: unknown } | { readonly error: string }

export interface Child {
  readonly program: string
  readonly args: readonly string[]
  readonly limitMs: number
}

/** More is no report of a bench. */
const OUTPUT_MAX_BYTES = 4 * 1024 * 1024
const GRACE_MS = 5_000

/**
 * Runs one bench in a process of its own and reads the one object that it prints. Never rejects but for the caller's own
 * signal: a bench that fails, hangs or prints something else is an `error` of one line.
 */
export async function runChild({ program, args, limitMs }: Child, signal: AbortSignal): Promise<Ended> {
  signal.throwIfAborted()
  // The fourth descriptor is a tether: it closes with this process, even by kill -9, and the bench ends then.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const limit = AbortSignal.timeout(limitMs)
  const stop = () => end(child)
  const either = AbortSignal.any([signal, limit])
  either.addEventListener('abort', stop, { once: true })
  try {
    const [out, err, code] = await Promise.all([
      collect(child.stdout, OUTPUT_MAX_BYTES),
      collect(child.stderr, OUTPUT_MAX_BYTES),
      exitOf(child),
    ])
    signal.throwIfAborted()
    if (limit.aborted) return { error: `not done after ${limitMs / 1000} s` }
    return code === 0 ? parsed(out) : { error: `ended with ${code}: ${lastLine(err)}` }
  } finally {
    either.removeEventListener('abort', stop)
  }
}

async function exitOf(child: ChildProcess): Promise<string | number> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    return code ?? signal ?? 'nothing'
  } catch (error) {
    return errorMessage(error)
  }
}

function end(child: ChildProcess): void {
  child.kill('SIGTERM')
  const last = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  child.once('exit', () => clearTimeout(last))
}

/** The last bytes of a stream, as many as are allowed. */
async function collect(stream: NodeJS.ReadableStream | null, maxBytes: number): Promise<string> {
  let text = ''
  stream?.setEncoding('utf8')
  for await (const chunk of stream ?? []) text = `${text}${chunk}`.slice(-maxBytes)
  return text
}

function parsed(text: string): Ended {
  try {
    return { report: JSON.parse(text) }
  } catch (error) {
    return { error: `printed no report: ${errorMessage(error)}` }
  }
}

/** The last line that names an error, else the last one of all. */
function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  const named = lines.filter((line) => /^(\w*Error|error)\b.*:/.test(line))
  return named.at(-1) ?? lines.filter((line) => line !== '').at(-1) ?? 'it said nothing'
}
