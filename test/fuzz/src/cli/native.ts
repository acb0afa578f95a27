import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CORPUS_FOLDER } from '../engine/corpus-files.js'
import type { FindingReport, GroupReport } from './child-message.js'
import { buildNative, NATIVE_PROGRAM, type ProgramEnd, runProgram } from './native-program.js'
import type { GroupError } from './supervise.js'

export const NATIVE_GROUP = 'native'

export interface GroupSkipped {
  readonly group: string
  readonly skipped: string
}

export interface NativeRun {
  /** Names without the group; all where it is empty. */
  readonly only: readonly string[]
  /** 0: what is kept is replayed, and no more. */
  readonly seconds: number
  readonly seed: number
  readonly minimize: boolean
  readonly findings: string
}

/** One line of the program. */
interface NativeLine {
  readonly target: string
  readonly runs: number
  readonly perSecond: number
  readonly features: number
  readonly edges: number
  readonly corpus: number
  readonly grown: number
  readonly findings: readonly { readonly message: string; readonly file: string }[]
}

/** As many as `native/fuzz/src/targets.rs` has, in its order. */
export const NATIVE_TARGETS: readonly string[] = ['arguments', 'sha256', 'clock', 'verify', 'merkle', 'notify']

/** Beyond the time that it was given: what is kept is run first, and a host may be busy. Milliseconds. */
const HANG_MS = 120_000

/** Builds the fuzzer of the addon where a compiler is, and runs it; skipped with a word where it is not. */
export async function runNative(run: NativeRun): Promise<GroupReport | GroupError | GroupSkipped> {
  const startedMs = performance.now()
  const problem = await buildNative()
  if (problem !== undefined) return { group: NATIVE_GROUP, ...problem }
  const loadMs = Math.round(performance.now() - startedMs)
  return nativeReport(
    run,
    loadMs,
    await runProgram(NATIVE_PROGRAM, argumentsOf(run), { limitMs: run.seconds * 1000 + HANG_MS }),
  )
}

/** An error unless it ended by itself and every target that was asked for told what came of it. */
export function nativeReport(run: NativeRun, loadMs: number, end: ProgramEnd): GroupReport | GroupError {
  const lines = end.stdout.split('\n').filter((line) => line !== '')
  const wanted = NATIVE_TARGETS.filter((name) => run.only.length === 0 || run.only.includes(name))
  // They run one after the other, so the first without a line is the one that was at work.
  const missing = wanted[lines.length]
  if ((end.code === 0 || end.code === 1) && lines.length === wanted.length && wanted.length > 0)
    return reportOf(
      run,
      loadMs,
      lines.map((line): NativeLine => JSON.parse(line)),
    )
  const how = end.isLate ? 'ended no turn in its time' : `ended with ${end.signal ?? `code ${end.code}`}`
  const where =
    missing === undefined ? `${lines.length} targets told, ${wanted.length} are known` : `in native/${missing}`
  return { group: NATIVE_GROUP, error: `it ${how}, ${where}: ${end.stderr.trim()}` }
}

function argumentsOf({ only, seconds, seed, minimize, findings }: NativeRun): string[] {
  const flags = ['--seconds', String(seconds), '--seed', String(seed), '--findings', findings]
  return [...only, ...flags, '--corpus', join(CORPUS_FOLDER, NATIVE_GROUP), ...(minimize ? ['--minimize'] : [])]
}

function reportOf({ seed }: NativeRun, loadMs: number, lines: readonly NativeLine[]): GroupReport {
  const targets = lines.map(({ edges, findings: _, ...line }) => ({ ...line, accepted: null, probes: edges }))
  return {
    ...{ group: NATIVE_GROUP, seed, loadMs, probes: lines[0]?.edges ?? 0, targets },
    findings: lines.flatMap(({ target, runs, findings }) => findings.map((found) => findingOf(target, runs, found))),
  }
}

function findingOf(target: string, runs: number, { message, file }: { message: string; file: string }): FindingReport {
  const input = readFileSync(file).toString('base64')
  return { target, rule: 'property', message, place: target, runs, afterMs: 0, input }
}
