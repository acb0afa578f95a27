#!/usr/bin/env node
// Every npm script goes through here: it makes the checkout ready, then runs the command on the right Node.
// File arguments are resolved against the folder in which the caller typed npm.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePackages } from '../test/setup/apt.mjs'
import { runForeground } from './lib/process.mjs'
import { toolEnvironment } from './lib/runtime.mjs'
import { ensureReady } from './lib/setup.mjs'
import { runTests } from './lib/tests.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const inTree = (path) => join(root, path)
const cli = inTree('packages/cli/dist/main.js')
const biome = inTree('node_modules/@biomejs/biome/bin/biome')

const TASKS = {
  start: { command: [cli, 'devnet'] },
  soak: { command: [cli, 'soak'] },
  'demo:soak': { command: [inTree('scripts/demo-soak.mjs')] },
  'demo:failover': { command: [inTree('test/trials/dist/main.js')] },
  'demo:mirror': { command: [inTree('test/mirror/dist/main.js')] },
  conformance: { command: [inTree('test/conformance/dist/main.js')] },
  'check:supply': { command: [inTree('test/supply-chain/dist/main.js')] },
  bench: { command: [inTree('test/bench/dist/main.js')], bench: true },
  records: { command: [inTree('test/bench/dist/records/main.js')] },
  synthetic: { command: [inTree('test/synthetic/dist/main.js')] },
  chaos: {
    command: [inTree('test/chaos/dist/main.js')],
    planes: { ledger: [inTree('test/chaos/dist/main.js')], service: [inTree('test/service-chaos/dist/plane/main.js')] },
    packages: 'test/chaos/',
  },
  trials: { command: [inTree('test/service-chaos/dist/main.js')], packages: 'test/chaos/' },
  findings: { command: [inTree('test/record/dist/main.js')] },
  fuzz: { command: [inTree('test/fuzz/dist/main.js')] },
  sim: { command: [inTree('test/simulation/dist/main.js')] },
  'soak:production': { run: (context) => runTests(context, ['--long', 'test/long/production.long.test.ts']) },
  'soak:watch': { run: (context) => runTests(context, ['--long', 'test/long/watch.long.test.ts']) },
  'soak:loss': { run: runLoss },
  'check:metrics': { run: (context) => runTests(context, ['test/observability']) },
  build: {},
  'release:bundle': { command: [inTree('packages/release/dist/build/main.js')] },
  docs: { run: writeDocs },
  lint: { command: [biome, 'check', '.'], cwd: root },
  test: { run: (context, args) => runTests(context, args) },
  'test:onboarding': { run: (context) => runTests(context, ['--long', 'test/onboarding/']) },
  'test:vpn': { run: runVpnTests },
  'test:long': { run: (context, args) => runTests(context, ['--long', ...args]) },
}

/** `--plane NAME` chooses the program, where a task has several; the flag is not passed on. */
function commandOf({ command, planes }, args) {
  const at = planes ? args.indexOf('--plane') : -1
  if (at === -1) return [...command, ...args]
  const chosen = Object.hasOwn(planes, args[at + 1] ?? '') ? planes[args[at + 1]] : undefined
  if (chosen) return [...chosen, ...args.toSpliced(at, 2)]
  process.stderr.write(
    `error: --plane '${args[at + 1] ?? ''}' is unknown; use one of ${Object.keys(planes).join(', ')}\n`,
  )
  process.exit(2)
}

/** The reference of the command line, then the track record. */
async function writeDocs({ node, env }) {
  const pages = [[inTree('packages/cli/dist/write-reference.js')], [inTree('test/record/dist/main.js'), 'write']]
  for (const command of pages) {
    const code = await runForeground(node, command, { cwd: root, env })
    if (code !== 0) return code
  }
  return 0
}

/** The tunnels, then what waits for WireGuard's own timers. */
async function runVpnTests(context, args) {
  const short = await runTests(context, ['packages/vpn/', ...args])
  return (await runTests(context, ['--long', 'packages/vpn/', ...args])) || short
}

/** Ten minutes, or `--minutes N`. */
async function runLoss({ env, ...context }, args) {
  const [flag, minutes = ''] = args
  const isKnown = args.length === 0 || (args.length === 2 && flag === '--minutes' && /^[1-9]\d{0,3}$/.test(minutes))
  if (!isKnown) {
    process.stderr.write('error: use npm run soak:loss -- [--minutes 1..9999]\n')
    return 2
  }
  const own = args.length === 0 ? env : { ...env, MONTANA_LOSS_MINUTES: minutes }
  return await runTests({ env: own, ...context }, ['--long', 'test/long/loss.long.test.ts'])
}

const [name, ...args] = process.argv.slice(2)
const task = TASKS[name]
if (!task) {
  process.stderr.write(`error: unknown task '${name}'; one of ${Object.keys(TASKS).join(', ')}\n`)
  process.exit(2)
}
const node = await ensureReady(root, { bench: task.bench ?? false })
const env = toolEnvironment(root, node)
if (task.run) process.exitCode = await task.run({ root, node, env }, args)
else if (task.command) {
  if (task.packages) ensurePackages([task.packages], true)
  const cwd = task.cwd ?? process.env.INIT_CWD ?? process.cwd()
  process.exitCode = await runForeground(node, commandOf(task, args), { cwd, env })
}
