#!/usr/bin/env node
// A devnet with planted faults, watched and judged: exits 0 only if the report names every fault and nothing else as
// critical. Runs on the Node of the product, started by scripts/run.mjs.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { outcomeOf } from './lib/demo/outcome.mjs'
import { KINDS, LABELS, planFaults } from './lib/demo/plan.mjs'
import { montana } from './lib/demo/run.mjs'

/** Seconds between two polls; every drill of the plan lasts three of them and a probe. */
const POLL_EVERY_S = 2
const FAILED = 1
const USAGE = 2

const root = join(import.meta.dirname, '..')
const options = readOptions()
const dataDir = resolve(options.keep ?? join(root, '.montana', 'demo-soak'))
const reportDir = join(dataDir, 'report')
const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => controller.abort())
process.once('disconnect', () => controller.abort())
// Listening must not keep this process when its work is done.
process.channel?.unref()

const startedAt = new Date().toISOString()
const plan = planFaults(options.kinds)
const faults = plan.faults.flatMap((fault) => ['--fault', fault])
const pace = ['--windows', String(plan.windows), '--poll-every', String(POLL_EVERY_S)]
await montana(root, ['devnet', '--reset', '--data-dir', dataDir, '--no-console', ...pace, ...faults], controller.signal)
const digests = []
for (const label of LABELS) {
  digests.push(join(dataDir, `digest-${label}.json`))
  const log = join(dataDir, label, 'node.log')
  const source = ['--label', label, '--file', log, '--out', digests.at(-1)]
  await montana(root, ['soak', 'digest', ...source], controller.signal)
}
const inputs = ['--data-dir', dataDir, '--digest', ...digests]
await montana(root, ['soak', 'report', ...inputs, '--out', reportDir], controller.signal)
if (controller.signal.aborted) process.exit(130)
const outcome = outcomeOf(reportDir, startedAt)
process.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : summary(outcome))
process.exitCode = outcome.verdict === 'PASS' ? 0 : FAILED

function readOptions() {
  try {
    const known = { json: { type: 'boolean' }, keep: { type: 'string' }, kinds: { type: 'string' } }
    const { values } = parseArgs({ options: known })
    return { ...values, kinds: readKinds(values.kinds) }
  } catch (error) {
    process.stderr.write(`error: ${error.message}; use demo:soak -- [--json] [--keep DIR] [--kinds ${KINDS}]\n`)
    process.exit(USAGE)
  }
}

function readKinds(text) {
  const kinds = text?.split(',') ?? KINDS
  const unknown = kinds.find((kind) => !KINDS.includes(kind))
  if (unknown !== undefined) throw new Error(`--kinds: there is no fault '${unknown}'`)
  return kinds
}

function summary({ verdict, planted, missed, unexpectedCritical }) {
  const found = `${planted.length - missed.length} of ${planted.length} planted faults are in the report`
  const lines = [
    `${verdict}: ${found}, ${unexpectedCritical.length} other critical findings`,
    ...missed.map(({ kind, label, at }) => `missed: ${kind} of ${label} at ${at ?? 'no time, it never began'}`),
    ...unexpectedCritical.map(({ key, text }) => `unexpected: ${key}: ${text}`),
    `report: ${join(reportDir, 'report.html')}`,
  ]
  return `${lines.join('\n')}\n`
}
