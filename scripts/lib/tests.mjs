// The whole test command: formatting and lint, types of the tests, then every suite; ends with one countable line.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ensurePackages } from '../../test/setup/apt.mjs'
import { evidenceOf, revisionOf, writeEvidence } from './evidence.mjs'
import { runForeground, runStep } from './process.mjs'

const USAGE = 2

export async function runTests({ root, node, env }, args) {
  const { long, evidence, filters, fault } = readArguments(args)
  if (fault) return usage(fault)
  const whole = filters.length === 0 && !long
  if (whole && !checkSources(root, node, env)) return 1
  ensurePackages(filters)
  const folder = mkdtempSync(join(tmpdir(), 'montana-test-'))
  const report = join(folder, 'report.json')
  // Before the run: what is changed meanwhile was not what ran.
  const commit = evidence && revisionOf(root)
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const code = await runForeground(node, [vitest, 'run', '--root', root, ...reporters, ...filters], {
      cwd: root,
      env: { ...env, ...(long && { MONTANA_LONG: '1' }) },
    })
    const results = readReport(report)
    if (results && evidence) writeEvidence(evidence, evidenceOf(root, commit, results))
    return summarise(results, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
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

function summarise(counts, code) {
  if (!counts) {
    process.stdout.write('0 passed, 1 failed, 0 skipped\n')
    return 1
  }
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo } = counts
  process.stdout.write(`${passed} passed, ${failed} failed, ${pending + todo} skipped\n`)
  return passed === 0 ? 1 : code
}
