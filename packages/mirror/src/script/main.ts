import { AbortError, errorMessage, isAbort, MontanaError } from '@montana/foundation'
import { createRedactor } from '@montana/git'
import type { ScriptAnswer } from './answer.js'
import { secretsOf } from './secrets.js'
import { runVerb } from './verbs.js'

const UNEXPECTED = 1
const INTERRUPTED = 130

const redact = createRedactor(secretsOf(process.env))
const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => controller.abort(new AbortError(signal)))

const { exitCode, result, lines } = await answer(process.argv.slice(2))
for (const line of lines) process.stderr.write(`${redact(line)}\n`)
process.stdout.write(`${redact(JSON.stringify(result))}\n`)
process.exitCode = exitCode

async function answer([verb = '', ...rest]: readonly string[]): Promise<ScriptAnswer> {
  try {
    const words = [verb, ...rest].join(' ')
    return await runVerb({ verb: words, environment: process.env, source: process.cwd() }, controller.signal)
  } catch (error) {
    return failed(error)
  }
}

function failed(error: unknown): ScriptAnswer {
  if (isAbort(error))
    return { exitCode: INTERRUPTED, result: { error: { code: 'ABORTED', message: 'stopped' } }, lines: [] }
  if (error instanceof MontanaError) {
    const line = `error: ${error.message}${error.remedy === undefined ? '' : `; ${error.remedy}`}`
    return { exitCode: error.exitCode, result: { ...error.toJSON() }, lines: [line] }
  }
  const message = errorMessage(error)
  return { exitCode: UNEXPECTED, result: { error: { code: 'UNKNOWN', message } }, lines: [`error: ${message}`] }
}
