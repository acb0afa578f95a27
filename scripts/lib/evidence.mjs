// What a test run leaves for a report: one entry per case, with the revision of the sources.
import { renameSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { query } from './process.mjs'

/** Results as the runner names them; whatever did not run is skipped. */
const RESULTS = { passed: 'passed', failed: 'failed' }
/** Case of a file that could not even be loaded. */
const WHOLE_FILE = '(file)'

/** Revision of the sources, with `-dirty` where they were changed since; `unknown` without git. */
export function revisionOf(root) {
  const head = query('git', ['rev-parse', 'HEAD'], { cwd: root })
  const changes = query('git', ['status', '--porcelain'], { cwd: root })
  if (head === undefined || changes === undefined) return 'unknown'
  return changes === '' ? head : `${head}-dirty`
}

/** Entries from vitest's JSON report, in its order. */
export function evidenceOf(root, commit, { testResults }) {
  return testResults.flatMap((file) => {
    const suite = relative(root, file.name)
    const entry = (name, status) => ({ suite, case: name, commit, result: RESULTS[status] ?? 'skipped' })
    if (file.assertionResults.length === 0) return [entry(WHOLE_FILE, file.status)]
    return file.assertionResults.map(({ fullName, status }) => entry(fullName, status))
  })
}

/** Appears complete or not at all. */
export function writeEvidence(file, entries) {
  const temporary = `${file}.${process.pid}.tmp`
  const lines = entries.map((entry) => JSON.stringify(entry)).join(',\n')
  writeFileSync(temporary, `[\n${lines}\n]\n`)
  renameSync(temporary, file)
}
