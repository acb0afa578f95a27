import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { CORPUS_FOLDER } from '../engine/corpus-files.js'
import type { FindingReport, GroupReport } from './child-message.js'
import type { GroupError } from './supervise.js'

export const NATIVE_GROUP = 'native'
const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const CRATE = join(ROOT, 'native', 'fuzz')
const PROGRAM = join(CRATE, 'target', 'release', 'montana-native-fuzz')

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

/** Builds the fuzzer of the addon where a compiler is, and runs it; skipped with a word where it is not. */
export async function runNative(run: NativeRun): Promise<GroupReport | GroupError | GroupSkipped> {
  const startedMs = performance.now()
  const problem = build()
  if (problem !== undefined) return { group: NATIVE_GROUP, skipped: problem }
  const loadMs = Math.round(performance.now() - startedMs)
  const { code, stdout, stderr } = await ran(argumentsOf(run))
  const lines = stdout.split('\n').filter((line) => line !== '')
  if (code === null || lines.length === 0) return { group: NATIVE_GROUP, error: `it ended with ${code}: ${stderr}` }
  return reportOf(
    run,
    loadMs,
    lines.map((line): NativeLine => JSON.parse(line)),
  )
}

/** What keeps it from being built here; undefined where it is there. */
function build(): string | undefined {
  if (process.platform !== 'linux') return 'it is for Linux'
  const { error, status, stderr } = spawnSync('cargo', ['build', '--release', '--locked', '--offline', '--quiet'], {
    cwd: CRATE,
    encoding: 'utf8',
  })
  if (error) return `cargo cannot be run here (${error.message})`
  return status === 0 ? undefined : `it does not build here: ${stderr.split('\n', 3).join(' ')}`
}

function argumentsOf({ only, seconds, seed, minimize, findings }: NativeRun): string[] {
  const flags = ['--seconds', String(seconds), '--seed', String(seed), '--findings', findings]
  return [...only, ...flags, '--corpus', join(CORPUS_FOLDER, NATIVE_GROUP), ...(minimize ? ['--minimize'] : [])]
}

async function ran(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
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
