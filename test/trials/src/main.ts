#!/usr/bin/env node
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLoopback, createNamespaces, hasNamespaces } from '@montana/netns'
import { runDemo } from './demo/demo.js'
import { type DemoPage, openPage, type PagePort } from './demo/page.js'
import type { DemoResult } from './demo/result.js'
import { storyEnd } from './demo/story-end.js'
import { type Layout, MACHINES } from './group/layout.js'
import { readOptions, USAGE } from './options.js'

const BAD_USAGE = 2
const INTERRUPTED = 130

const options = optionsOrExit()
const controller = new AbortController()
const { signal } = controller
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => controller.abort())
process.once('disconnect', () => controller.abort())
process.channel?.unref()

const dir = options.keep ?? mkdtempSync(join(tmpdir(), 'montana-failover-'))
const say = (line: string) => void process.stdout.write(`${line}\n`)
// With --json the output is one object.
const note = (line: string) => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
let isInterrupted = true
const result = await runDemo({
  ...{ dir, signal, network: openNetwork(), trials: options.trials, fault: options.fault, random: Math.random },
  ...(options.json ? {} : { onLine: say }),
  openPage: async (layout) => (options.page === undefined ? undefined : await page(layout, options.page)),
  onResult: tell,
}).catch((error: unknown) => {
  process.stderr.write(`${textOf(error)}\nlogs: ${dir}\n`)
  process.exit(1)
})
if (options.keep === undefined && result.verdict === 'PASS') rmSync(dir, { recursive: true, force: true })
process.exit(isInterrupted ? INTERRUPTED : result.verdict === 'PASS' ? 0 : 1)

/** Without one the demo goes on, unless its port was asked for. */
async function page(layout: Layout, port: PagePort): Promise<DemoPage | undefined> {
  try {
    const opened = await openPage(layout, port)
    note(`console: ${opened.url}/#failover`)
    note(`console token: ${opened.tokenFile}`)
    return opened
  } catch (error) {
    if (port !== 'usual') throw error
    note(`no console: ${textOf(error)}`)
    return undefined
  }
}

async function tell(result: DemoResult): Promise<void> {
  isInterrupted = signal.aborted
  if (options.json) say(JSON.stringify(result))
  else for (const line of storyEnd(result, dir)) say(line)
  if (!options.stay || signal.aborted) return
  note('the five hosts and the page stay until Ctrl-C')
  await once(signal, 'abort')
}

function openNetwork() {
  if (options.network === 'namespaces' || (options.network === 'auto' && hasNamespaces())) {
    return createNamespaces(MACHINES, String(process.pid))
  }
  return createLoopback(MACHINES, (process.pid % 250) + 1)
}

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`error: ${textOf(error)}; use demo:failover -- ${USAGE}\n`)
    process.exit(BAD_USAGE)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
