import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { gitEnvironment, runGit } from '../git/run-git.js'

export interface BackendCall {
  /** Folder of all repositories, and what comes behind it: `/700000001.git/info/refs`. */
  readonly root: string
  readonly path: string
  readonly query: string
  readonly remoteUser: string
  /** Further variables, for hooks. */
  readonly environment: Readonly<Record<string, string>>
  /** Kills git and its helpers after so many bytes of the request; the answer is a 500. */
  readonly killAfterBytes: number | undefined
}

/** Head of a CGI answer; larger ones are none of git's. */
const HEAD_MAX_BYTES = 64 * 1024

/** Hands one request to git's own `http-backend` by CGI and streams both ways; resolves when the process has ended. */
export async function serveByBackend(
  request: IncomingMessage,
  response: ServerResponse,
  call: BackendCall,
): Promise<void> {
  // A group of its own, so that a fault and a client that leaves end git's helpers too.
  const child = spawn(await backend(), [], { env: environmentOf(request, call), detached: true })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  response.once('close', () => endGroup(child, 'SIGTERM'))
  // Either side may end first; what that means shows in the exit and in the answer.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {})
  child.stderr.resume()
  request.pipe(limited(call.killAfterBytes, () => endGroup(child, 'SIGKILL'))).pipe(child.stdin)
  answer(child, response)
  await ended
}

let found: Promise<string> | undefined

/** The program itself and not `git http-backend`, which would stand between it and signals; asked for once. */
function backend(): Promise<string> {
  found ??= runGit('/', ['--exec-path']).then((text) => join(text.toString('utf8').trim(), 'git-http-backend'))
  return found
}

function environmentOf({ method, headers }: IncomingMessage, call: BackendCall): NodeJS.ProcessEnv {
  return {
    ...gitEnvironment(),
    ...call.environment,
    ...{ GIT_PROJECT_ROOT: call.root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: call.path, QUERY_STRING: call.query },
    ...{ REQUEST_METHOD: method, REMOTE_USER: call.remoteUser, REMOTE_ADDR: '127.0.0.1' },
    ...present('CONTENT_TYPE', headers['content-type']),
    ...present('CONTENT_LENGTH', headers['content-length']),
    ...present('HTTP_CONTENT_ENCODING', headers['content-encoding']),
    ...present('GIT_PROTOCOL', headers['git-protocol']?.toString()),
  }
}

function present(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}

/** Passes everything on until `limit` bytes have come; then calls `onLimit` and swallows the rest. */
function limited(limit: number | undefined, onLimit: () => void): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      const isOver = limit !== undefined && seen > limit
      if (isOver) onLimit()
      done(null, isOver ? undefined : chunk)
    },
  })
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It ended between the look and the signal.
  }
}

/** CGI: header lines, an empty line, the body. */
function answer(child: ChildProcessWithoutNullStreams, response: ServerResponse): void {
  let head = Buffer.alloc(0)
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk])
    const at = head.indexOf('\r\n\r\n')
    if (at < 0 && head.length < HEAD_MAX_BYTES) return
    child.stdout.off('data', onData)
    writeHead(response, head.subarray(0, at).toString('latin1'))
    response.write(head.subarray(at + 4))
    child.stdout.pipe(response)
  }
  child.stdout.on('data', onData)
  child.stdout.once('end', () => {
    if (!response.headersSent) response.writeHead(500).end()
  })
}

function writeHead(response: ServerResponse, text: string): void {
  const lines = text.split('\r\n').map((line): [string, string] => {
    const at = line.indexOf(':')
    return [line.slice(0, at), line.slice(at + 1).trim()]
  })
  const status = lines.find(([name]) => name.toLowerCase() === 'status')?.[1]
  for (const [name, value] of lines) if (name.toLowerCase() !== 'status') response.setHeader(name, value)
  response.writeHead(status === undefined ? 200 : Number.parseInt(status, 10))
}
