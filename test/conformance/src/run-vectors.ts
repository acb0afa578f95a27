import { errorMessage } from '@montana/foundation'
import { AREAS } from './areas/index.js'
import { unavailable } from './backends.js'
import { findDifference, isMember, isValues, show, withoutMembers } from './compare.js'
import { Fields, UnknownShape } from './fields.js'
import { skipOf } from './optional.js'
import type { Area, Kind, Outcome, Result, RunContext, Value, VectorCase } from './types.js'

/** What all cases of a run share. */
export type Run = Pick<RunContext, 'backends' | 'knownPeers'>

/** Runs the cases of one file, each on every backend that its kind has. */
export async function runVectors(file: string, cases: readonly VectorCase[], run: Run): Promise<Result[]> {
  const results: Result[] = []
  for (const entry of cases) results.push(...(await runCase(file, entry, run)))
  return results
}

async function runCase(file: string, entry: VectorCase, run: Run): Promise<Result[]> {
  const name = `${entry.area}/${entry.name}`
  const skip = skipOf(entry)
  if (skip) return [{ file, backend: 'typescript', group: entry.area, name, outcome: { status: 'skipped', ...skip } }]
  const area = AREAS.find((candidate) => candidate.name === entry.area)
  const found = area && findKind(area, entry)
  if (found === undefined)
    return [{ file, backend: 'typescript', group: entry.area, name, outcome: unknown(entry, area) }]
  const results: Result[] = []
  for (const backend of found.kind.backends) {
    results.push({
      file,
      backend,
      group: entry.area,
      name,
      ...(await runOn({ ...run, backend, name: entry.name }, found, entry)),
    })
  }
  return results
}

interface Found {
  readonly kind: Kind
  readonly input: Fields
}

function findKind(area: Area, entry: VectorCase): Found | undefined {
  try {
    const input = new Fields(entry.input)
    const kind = area.kinds.find((candidate) => candidate.matches(input, entry.name))
    return kind && { kind, input }
  } catch {
    return undefined
  }
}

function unknown(entry: VectorCase, area: Area | undefined): Outcome {
  if (area?.skipUnknown !== undefined) {
    return { status: 'skipped', group: `${entry.area}/${entry.name}`, reason: area.skipUnknown }
  }
  const actual = area === undefined ? `no rule for area '${entry.area}'` : `no rule for input ${show(entry.input)}`
  return { status: 'failed', expected: show(entry.expected), actual }
}

async function runOn(
  context: RunContext,
  { kind, input }: Found,
  entry: VectorCase,
): Promise<Pick<Result, 'outcome' | 'remark'>> {
  const reason = unavailable(context.backends, context.backend) ?? kind.cannotRun?.(input, context.backend)
  const group = `${entry.area} (${kind.title})`
  if (reason !== undefined) return { outcome: { status: 'skipped', group, reason } }
  const partial = kind.partial?.(context, input)
  const left = partial ? partial.members.filter((member) => isMember(entry.expected, member)) : []
  const expected = withoutMembers(entry.expected, left)
  if (partial && isEmpty(expected)) return { outcome: { status: 'skipped', group, reason: partial.reason } }
  const outcome = await compute(kind, input, expected, context)
  if (partial === undefined || left.length === 0) return { outcome }
  return { outcome, remark: { group: `${group}: ${left.join(', ')}`, reason: partial.reason } }
}

function isEmpty(expected: unknown): boolean {
  return typeof expected === 'object' && expected !== null && Object.keys(expected).length === 0
}

async function compute(kind: Kind, input: Fields, expected: unknown, context: RunContext): Promise<Outcome> {
  if (isEmpty(expected)) return { status: 'failed', expected: 'something', actual: 'the case expects nothing' }
  try {
    const difference = findDifference(expected, asked(expected, await kind.run(input, context), context.name))
    if (difference === undefined) return { status: 'passed' }
    const at = difference.path === '' ? '' : `${difference.path} = `
    return { status: 'failed', expected: at + difference.expected, actual: at + difference.actual }
  } catch (error) {
    const label = error instanceof UnknownShape ? 'unknown shape' : 'error'
    return { status: 'failed', expected: show(expected), actual: `${label}: ${errorMessage(error)}` }
  }
}

/** Where one value is expected of several computed ones and none is the main one, the case is named after its member. */
function asked(expected: unknown, actual: Value, name: string): Value {
  if (typeof expected === 'object' || !isValues(actual) || actual.value !== undefined) return actual
  const members = Object.keys(actual).filter((member) => name.startsWith(member))
  const longest = members.sort((a, b) => b.length - a.length)[0]
  return longest === undefined ? actual : (actual[longest] ?? actual)
}
