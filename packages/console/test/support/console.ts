import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { NodeServer } from '../../../../soak/test/support/node-server.js'
import { type Console, type ConsoleOptions, startConsole } from '../../src/index.js'
import { type MemberInit, memberStatus } from './status.js'

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'console-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A page of one file: what the server does with it is the same. */
export function stubPage(): string {
  const folder = tempFolder()
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(folder, 'assets', 'a.js'), 'export {}')
  return folder
}

export async function served(label: string, init: MemberInit = {}) {
  return await serving(label, () => memberStatus({ label, ...init }))
}

export async function serving(label: string, document: () => unknown) {
  const server = await NodeServer.serving(document)
  onTestFinished(() => server.stop())
  return { server, source: { label, statusUrl: server.url } }
}

export async function started(options: Partial<ConsoleOptions> = {}): Promise<Console> {
  const console = await startConsole({ nodes: [], port: 0, pageDir: stubPage(), ...options })
  onTestFinished(() => console.stop())
  return console
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** `fetch` would not let a test choose its Host header. */
export function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

export async function until(condition: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
