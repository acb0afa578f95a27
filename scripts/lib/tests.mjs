// The whole test command: formatting and lint, types of the tests, then every suite; ends with one countable line.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runForeground, runStep } from './process.mjs'

export async function runTests({ root, node, env }, args) {
  const long = args.includes('--long')
  const filters = args.filter((argument) => argument !== '--long')
  const whole = filters.length === 0 && !long
  if (whole && !checkSources(root, node, env)) return 1
  const folder = mkdtempSync(join(tmpdir(), 'montana-test-'))
  const report = join(folder, 'report.json')
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const code = await runForeground(node, [vitest, 'run', '--root', root, ...reporters, ...filters], {
      cwd: root,
      env: { ...env, ...(long && { MONTANA_LONG: '1' }) },
    })
    return summarise(report, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function checkSources(root, node, env) {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = { cwd: root, env }
  return runStep(node, [biome, 'check', '.'], options) && runStep(node, [tsc, '-p', 'tsconfig.test.json'], options)
}

function summarise(report, code) {
  let counts
  try {
    counts = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    process.stdout.write('0 passed, 1 failed, 0 skipped\n')
    return 1
  }
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo } = counts
  process.stdout.write(`${passed} passed, ${failed} failed, ${pending + todo} skipped\n`)
  return passed === 0 ? 1 : code
}
