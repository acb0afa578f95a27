#!/usr/bin/env node
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createLoopback, createNamespaces, hasNamespaces } from '@montana/netns'
import { FAULTS } from './demo/cycle.js'
import { runDemo } from './demo/demo.js'
import { storyEnd } from './demo/story-end.js'
import { HOSTS, MACHINES } from './group/layout.js'

const USAGE = 2
const INTERRUPTED = 130
const TRIALS_MAX = 10_000
const DEFAULT_TRIALS = 3 * (HOSTS.length - 1)

const options = readOptions()
const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
process.once('disconnect', () => controller.abort())
process.channel?.unref()

const dir = options.keep ?? mkdtempSync(join(tmpdir(), 'montana-failover-'))
const say = (line: string) => void process.stdout.write(`${line}\n`)
const network = openNetwork()
const result = await runDemo({
  dir,
  network,
  trials: options.trials,
  fault: options.fault,
  signal: controller.signal,
  random: Math.random,
  ...(options.json ? {} : { onLine: say }),
})
if (options.keep === undefined && result.verdict === 'PASS') rmSync(dir, { recursive: true, force: true })
if (options.json) say(JSON.stringify(result))
else for (const line of storyEnd(result, dir)) say(line)
process.exit(controller.signal.aborted ? INTERRUPTED : result.verdict === 'PASS' ? 0 : 1)

function openNetwork() {
  if (options.network === 'namespaces' || (options.network === 'auto' && hasNamespaces())) {
    return createNamespaces(MACHINES, String(process.pid))
  }
  return createLoopback(MACHINES, (process.pid % 250) + 1)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        trials: { type: 'string', default: String(DEFAULT_TRIALS) },
        network: { type: 'string', default: 'auto' },
        fault: { type: 'string', default: 'kill' },
        keep: { type: 'string' },
      },
    })
    const trials = Number(values.trials)
    if (!Number.isInteger(trials) || trials < 1 || trials > TRIALS_MAX)
      throw new RangeError(`--trials '${values.trials}' is not a count`)
    if (!['auto', 'namespaces', 'loopback'].includes(values.network))
      throw new RangeError(`--network '${values.network}' is unknown`)
    const fault = FAULTS.find((known) => known === values.fault)
    if (fault === undefined) throw new RangeError(`--fault '${values.fault}' is unknown`)
    return { ...values, trials, fault }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `error: ${text}; use demo:failover -- [--json] [--trials N] [--fault kill|freeze|cut] [--network auto|namespaces|loopback] [--keep DIR]\n`,
    )
    process.exit(USAGE)
  }
}
