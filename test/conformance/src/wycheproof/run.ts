import { errorMessage } from '@montana/foundation'
import { unavailable } from '../backends.js'
import { type Fields, UnknownShape } from '../fields.js'
import type { Run } from '../run-vectors.js'
import type { Backend, Outcome, Result, RunContext } from '../types.js'
import { fieldsOf, type GroupForm, type Verdict } from './forms.js'
import { mldsaSignForm, mldsaVerifyForm } from './mldsa.js'
import { mlkemDecapsForm, mlkemEncapsForm, mlkemForm, mlkemKeygenForm } from './mlkem.js'
import type { WycheproofFile, WycheproofGroup, WycheproofTest } from './schema.js'
import { aeadForm, hkdfForm, macForm } from './symmetric.js'

const FORMS: readonly GroupForm[] = [
  aeadForm,
  macForm,
  hkdfForm,
  mldsaVerifyForm,
  mldsaSignForm,
  mlkemForm,
  mlkemKeygenForm,
  mlkemEncapsForm,
  mlkemDecapsForm,
]

/** The algorithms that this project has, as these files name them; a parameter set may be named per group. */
const ALGORITHMS = ['CHACHA20-POLY1305', 'HMACSHA256', 'HKDF-SHA-256', 'ML-DSA-65', 'ML-KEM']
const PARAMETER_SETS = ['ML-KEM-768', 'ML-DSA-65']

export async function runWycheproof(file: string, content: WycheproofFile, run: Run): Promise<Result[]> {
  const results: Result[] = []
  for (const group of content.testGroups) {
    const form = formOf(content, group)
    for (const test of group.tests) results.push(...(await runTest(file, form, group, test, run)))
  }
  return results
}

/** The form, or why there is none. */
function formOf(content: WycheproofFile, group: WycheproofGroup): GroupForm | string {
  const { algorithm } = content
  if (algorithm !== undefined && !ALGORITHMS.includes(algorithm)) return `no rule for algorithm '${algorithm}'`
  const set = group.parameterSet
  if (typeof set === 'string' && !PARAMETER_SETS.includes(set)) return `no rule for parameter set '${set}'`
  return FORMS.find(({ type }) => type === group.type) ?? `no rule for group type '${group.type}'`
}

async function runTest(
  file: string,
  form: GroupForm | string,
  group: WycheproofGroup,
  test: WycheproofTest,
  run: Run,
): Promise<Result[]> {
  const name = `${group.type} tcId ${test.tcId}${test.comment ? ` (${test.comment})` : ''}`
  if (typeof form === 'string') {
    const outcome: Outcome = { status: 'failed', expected: test.result, actual: form }
    return [{ file, backend: 'node', group: group.type, name, outcome }]
  }
  const results: Result[] = []
  for (const backend of form.backends) {
    const outcome = await judge(form, group, test, { ...run, backend, name })
    const reason = outcome.status === 'passed' ? form.remark?.(backend) : undefined
    results.push({
      file,
      backend,
      group: form.type,
      name,
      outcome,
      ...(reason && { remark: { group: form.type, reason } }),
    })
  }
  return results
}

async function judge(
  form: GroupForm,
  rawGroup: WycheproofGroup,
  rawTest: WycheproofTest,
  context: RunContext,
): Promise<Outcome> {
  const [test, group] = [fieldsOf(rawTest), fieldsOf(rawGroup)]
  const reason = cannotRun(form, test, group, context)
  if (reason !== undefined) return { status: 'skipped', group: form.type, reason }
  const verdict = await attempt(form, test, group, context)
  if (typeof verdict === 'object') return { status: 'failed', expected: verdict.expected, actual: verdict.wrong }
  return fits(rawTest.result, verdict)
    ? { status: 'passed' }
    : { status: 'failed', expected: rawTest.result, actual: verdict }
}

function cannotRun(
  form: GroupForm,
  test: Fields,
  group: Fields,
  { backends, backend }: { backends: RunContext['backends']; backend: Backend },
): string | undefined {
  if (form.isSymmetric) return undefined
  return unavailable(backends, backend) ?? form.cannotRun?.(test, group, backend)
}

/** Where a refusal is expected any exception is one, and any answer at all counts as accepted. */
async function attempt(form: GroupForm, test: Fields, group: Fields, context: RunContext): Promise<Verdict> {
  const mustRefuse = test.text('result') === 'invalid'
  try {
    const verdict = await form.run(test, group, context)
    return mustRefuse && typeof verdict === 'object' ? 'accepted' : verdict
  } catch (error) {
    if (error instanceof UnknownShape)
      return { wrong: `unknown shape: ${error.message}`, expected: test.text('result') }
    return mustRefuse ? 'refused' : { wrong: `error: ${errorMessage(error)}`, expected: test.text('result') }
  }
}

function fits(result: string, verdict: 'accepted' | 'refused'): boolean {
  if (result === 'valid') return verdict === 'accepted'
  if (result === 'invalid') return verdict === 'refused'
  return result === 'acceptable'
}
