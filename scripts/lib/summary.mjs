// The end of a test run: every failure once more, where the end of a long log is read, and one countable line.
import { relative } from 'node:path'

/** Lines of a failure's message that are repeated; the whole stands with its file above. */
const MESSAGE_LINES = 6

/** Exit code of the run; without results, or when nothing passed, it has failed. */
export function summarise(root, results, code) {
  if (!results) {
    process.stdout.write('0 passed, 1 failed, 0 skipped\n')
    return 1
  }
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo } = results
  process.stdout.write(failuresOf(root, results).join(''))
  process.stdout.write(`${passed} passed, ${failed} failed, ${pending + todo} skipped\n`)
  return passed === 0 ? 1 : code
}

/** One piece of text per failed case, or per file that could not be loaded. */
export function failuresOf(root, { testResults }) {
  return testResults.flatMap((file) => {
    const suite = relative(root, file.name)
    const failed = file.assertionResults.filter(({ status }) => status === 'failed')
    if (failed.length === 0 && file.status === 'failed') return [failure(suite, '(file)', file.message)]
    return failed.map(({ fullName, failureMessages }) => failure(suite, fullName, failureMessages.join('\n')))
  })
}

function failure(suite, name, message = '') {
  const lines = message.split('\n').slice(0, MESSAGE_LINES)
  return `FAILED ${suite} > ${name}\n${lines.map((line) => `  ${line}\n`).join('')}`
}
