import { execFileSync, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type GitWorld, git } from './git.js'

const BACKEND = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend')

export interface HttpHub {
  readonly url: string
  /** From now on requests are taken and never answered. */
  hang(): void
}

/** The hub of a world over HTTP, by the CGI program of git; whoever comes may push. */
export async function serveHub(world: GitWorld): Promise<HttpHub> {
  git(world.hub, 'config', 'http.receivepack', 'true')
  let isHanging = false
  const server = createServer((request, response) => {
    if (!isHanging) answer(world, request, response)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hub.git`
  return {
    url,
    hang: () => {
      isHanging = true
    },
  }
}

function answer(world: GitWorld, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://hub')
  const environment = {
    GIT_PROJECT_ROOT: dirname(world.hub),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  }
  const child = spawn(BACKEND, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'ignore'] })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.once('close', () => send(response, Buffer.concat(chunks)))
}

/** CGI: header lines, an empty line, the body. */
function send(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n')
  const lines = output.subarray(0, end).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2) as [string, string]))
  const { Status: status = '200', ...rest } = headers
  response.writeHead(Number.parseInt(status, 10), rest).end(output.subarray(end + 4))
}
