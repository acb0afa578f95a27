import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const DEADLINE_MS = 25_000

/** A loopback server of fixed pages that keeps the paths it was asked for. */
export async function servePages(pages: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const page = pages[request.url ?? '']
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections())
  return { asked, origin, [Symbol.asyncDispose]: close }
}

/** The document of an address after it has loaded, as HTML. */
export async function dumpDom(chromium: string, url: string): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'montana-chromium-'))
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
  const args = [...flags, `--user-data-dir=${profile}`, '--dump-dom', url]
  try {
    const { stdout } = await promisify(execFile)(chromium, args, { timeout: DEADLINE_MS, maxBuffer: 2 ** 26 })
    return stdout
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
