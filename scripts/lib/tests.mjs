// The whole test command: formatting and lint, types of the tests, then every suite; ends with one countable line.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ensurePackages } from '../../test/setup/apt.mjs'
import { evidenceOf, revisionOf, writeEvidence } from './evidence.mjs'
import { runForeground, runStep } from './process.mjs'
import { summarise } from './summary.mjs'

const USAGE = 2

/**
 * Files that spend their time waiting, for leases, deaths and git, or whose time is virtual: they run beside the others,
 * which promise milliseconds and therefore run one after another. By the beginning of their path.
 */
const WAITING = [
  'test/e2e/failover',
  'test/e2e/demo-failover',
  'test/e2e/breathing-agents',
  'test/e2e/disk-full',
  'test/e2e/notify',
  'test/browser/',
  'test/e2e/manifest',
  'packages/breathing/',
  'packages/vpn/',
  'packages/failover/test/coordinator/',
  'packages/failover/test/simulation/',
  'test/simulation/test/',
  'test/record/test/',
  'packages/cli/test/breathe',
  'packages/cli/test/soak-report',
  'test/e2e/soak-ssh',
]

/** Files that start one short command after another and promise no milliseconds. */
const FORKING = [
  'packages/git/',
  'packages/release/',
  'packages/cli/test/mirror',
  'packages/fleet/test/sync-kills',
  'packages/cli/test/simulate',
  'packages/cli/test/failover',
  'test/e2e/demo-mirror',
  'test/onboarding/',
  'packages/operator/',
  'test/e2e/bad-input',
  'test/e2e/snapshot',
  'test/bench/mirror',
]

/**
 * Files that leave nothing behind in their process: those of a list share one, which saves half a second of loading for
 * each. Whichever of the other parts ends first takes the next list. What is named above is not among them.
 */
const SHARED = [
  ['packages/mirror/'],
  ['packages/failover/'],
  ['soak/test/', 'packages/console/', 'packages/fleet/', 'packages/foundation/', 'packages/codec/'],
  ['packages/github-stand/', 'packages/network/', 'packages/transport/'],
  ['packages/consensus/', 'packages/ledger/', 'packages/store/', 'packages/timechain/', 'packages/crypto/'],
]

/** They promise a few milliseconds, or count what their process holds: nothing runs beside them. */
const ALONE = ['native/test/clock', 'packages/network/test/corrupt-frames', 'packages/network/test/lying-lengths']

/** It restarts fifty nodes and promises that each is ready in five seconds: beside it runs only what gives way to everything. */
const LAST = ['test/e2e/kills']
/** Searches whose processes have the lowest priority. */
const YIELDING = ['test/fuzz/']
/** Those of them that take a given time, whatever runs beside them. */
const TIMED = ['test/fuzz/test/groups']

export async function runTests({ root, node, env }, args) {
  const { long, evidence, filters, fault } = readArguments(args)
  if (fault) return usage(fault)
  const whole = filters.length === 0 && !long
  if (whole && !checkSources(root, node, env)) return 1
  ensurePackages(filters, long)
  const folder = mkdtempSync(join(tmpdir(), 'montana-test-'))
  // Before the run: what is changed meanwhile was not what ran.
  const commit = evidence && revisionOf(root)
  const context = { root, node, env: { ...env, ...(long && { MONTANA_LONG: '1' }) }, folder }
  try {
    const runs = whole ? await runParts(context) : [await runVitest(context, 'all', filters)]
    const results = joinReports(runs.map(({ report }) => report))
    if (results && evidence) writeEvidence(evidence, evidenceOf(root, commit, results))
    return summarise(root, results, Math.max(...runs.map(({ code }) => code)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runParts(context) {
  const together = await runTogether(context)
  const alone = await runVitest(context, 'alone', ALONE)
  const searches = runAside(context, 'yielding', [...YIELDING, ...excluding(TIMED)])
  const last = [runVitest(context, 'last', LAST), runAside(context, 'timed', TIMED), searches]
  return [...together, alone, ...(await Promise.all(last))]
}

/** The files that wait and those that fork beside all others; what they print comes after, in one piece each. */
async function runTogether(context) {
  const named = [...WAITING, ...FORKING, ...ALONE, ...LAST, ...YIELDING]
  const left = SHARED.map((paths, index) => () => {
    return runAside(context, `shared-${index + 1}`, ['--no-isolate', ...paths, ...excluding(named)])
  })
  const lane = async (first) => {
    const results = [await first]
    for (let next = left.shift(); next; next = left.shift()) results.push(await next())
    return results
  }
  const others = runVitest(context, 'others', excluding([...named, ...SHARED.flat()]))
  const beside = [runAside(context, 'waiting', WAITING), runAside(context, 'forking', FORKING)]
  return (await Promise.all([others, ...beside].map(lane))).flat()
}

const excluding = (paths) => paths.flatMap((path) => ['--exclude', `${path}**`])

async function runAside(context, name, paths) {
  const output = join(context.folder, `${name}.txt`)
  const descriptor = openSync(output, 'w')
  const result = await runVitest(context, name, paths, { stdio: ['ignore', descriptor, descriptor, 'ipc'] })
  closeSync(descriptor)
  process.stdout.write(readFileSync(output))
  return result
}

async function runVitest({ root, node, env, folder }, name, args, options = {}) {
  const report = join(folder, `${name}.json`)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const command = [vitest, 'run', '--root', root, ...reporters, ...args]
  const code = await runForeground(node, command, { cwd: root, env, ...options })
  return { code, report: readReport(report) }
}

/** As of one run; undefined when one of them left no report. */
function joinReports(reports) {
  if (reports.includes(undefined)) return undefined
  const sum = (key) => reports.reduce((total, report) => total + report[key], 0)
  return {
    numPassedTests: sum('numPassedTests'),
    numFailedTests: sum('numFailedTests'),
    numPendingTests: sum('numPendingTests'),
    numTodoTests: sum('numTodoTests'),
    testResults: reports.flatMap(({ testResults }) => testResults),
  }
}

/** `--long`, `--evidence FILE` (from the folder in which npm was typed), and filters for the names of test files. */
function readArguments(args) {
  const rest = args.filter((argument) => argument !== '--long')
  const at = rest.indexOf('--evidence')
  const long = rest.length < args.length
  if (at === -1) return { long, filters: rest }
  const [, file] = rest.splice(at, 2)
  if (!file || file.startsWith('-')) return { long, filters: rest, fault: '--evidence needs the name of a file' }
  return { long, filters: rest, evidence: resolve(process.env.INIT_CWD ?? '.', file) }
}

function usage(fault) {
  process.stderr.write(`error: ${fault}; use npm test -- --evidence FILE [FILTER…]\n`)
  return USAGE
}

function checkSources(root, node, env) {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = { cwd: root, env }
  return runStep(node, [biome, 'check', '.'], options) && runStep(node, [tsc, '-p', 'tsconfig.test.json'], options)
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
