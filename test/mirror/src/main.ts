#!/usr/bin/env node
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runDemo } from './demo.js'

const USAGE = 2
const INTERRUPTED = 130

const options = readOptions()
const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())

const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'montana-mirror-'))
const say = (line: string) => void process.stdout.write(`${line}\n`)
const result = await runDemo({ folder, signal: controller.signal, ...(options.json ? {} : { onLine: say }) })
if (options.keep === undefined && result.verdict === 'PASS') rmSync(folder, { recursive: true, force: true })
if (options.json) say(JSON.stringify(result))
else {
  const { verdict, promoted, epoch, lostCommits, duplicateActions, reasons } = result
  say('')
  say(
    `${verdict}: promoted ${promoted.join(', ') || 'nobody'}, epoch ${epoch}, ${lostCommits} commits lost, ${duplicateActions} actions sent twice`,
  )
  for (const reason of reasons) say(`  ${reason}`)
}
process.exit(controller.signal.aborted ? INTERRUPTED : result.verdict === 'PASS' ? 0 : 1)

function readOptions() {
  try {
    return parseArgs({ options: { json: { type: 'boolean', default: false }, keep: { type: 'string' } } }).values
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    process.stderr.write(`error: ${text}; use demo:mirror -- [--json] [--keep DIR]\n`)
    process.exit(USAGE)
  }
}
