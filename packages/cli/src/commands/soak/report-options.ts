import { resolve } from 'node:path'
import { UsageError } from '@montana/foundation'
import { buildInfo } from '@montana/node/settings'
import {
  type LegacyInputs,
  loadClaims,
  loadDigest,
  loadEvidence,
  loadReport,
  type NamedInput,
  parseLegacyClock,
  type ReportOptions,
} from '@montana/soak'
import type { CliContext, GlobalOptions } from '../../context.js'
import { readSoakPath } from './options.js'

export interface ReportFlags extends GlobalOptions {
  out?: string
  daily?: boolean
  from?: string
  to?: string
  claims?: string
  thresholds?: string
  digest?: string[]
  evidence?: string[]
  earlier?: string[]
  legacy?: boolean
  legacySnapshot?: string
  legacyStart?: string
  legacyInterval?: string
  generatedAt?: string
  gate?: boolean
  metricsFile?: string
}

const MS_PER_DAY = 86_400_000

/** Reads every file that the flags name. Throws ConfigError or UsageError that names the flag. */
export async function readReportOptions(
  context: CliContext,
  files: string[],
  flags: ReportFlags,
): Promise<ReportOptions> {
  const legacy = readLegacyInputs(flags)
  const { digest = [], evidence = [], earlier = [], claims } = flags
  const generatedAtMs = readTime('generated-at', flags.generatedAt) ?? Date.now()
  return {
    files: await readFiles(context, files, flags, legacy),
    generatedAt: new Date(generatedAtMs).toISOString(),
    ...readBounds(flags, generatedAtMs),
    command: commandLine(files, flags),
    build: buildText(),
    thresholdsFile: flags.thresholds,
    legacy,
    claims: claims === undefined ? undefined : await loadClaims(claims),
    digests: await Promise.all(digest.map(loadDigest)),
    tests: (await Promise.all(evidence.map(loadEvidence))).flat(),
    earlier: await Promise.all(earlier.map(loadReport)),
    otherInputs: [
      ...named('claims', claims === undefined ? [] : [claims]),
      ...named('digest', digest),
      ...named('evidence', evidence),
      ...named('report', earlier),
    ],
  }
}

async function readFiles(
  context: CliContext,
  files: readonly string[],
  flags: ReportFlags,
  legacy: LegacyInputs | undefined,
): Promise<string[]> {
  if (files.length > 0) return files.map((file) => resolve(file))
  if (legacy?.snapshotFile !== undefined) return []
  return [await readSoakPath(context, flags)]
}

function named(kind: NamedInput['kind'], paths: readonly string[]): NamedInput[] {
  return paths.map((path) => ({ kind, path: resolve(path) }))
}

function readLegacyInputs({
  legacy,
  legacySnapshot,
  legacyStart,
  legacyInterval,
}: ReportFlags): LegacyInputs | undefined {
  const clock = parseLegacyClock(legacyStart, legacyInterval)
  if (!legacy && legacySnapshot === undefined && clock === undefined) return undefined
  return { snapshotFile: legacySnapshot, clock }
}

/** `--daily` is the whole UTC day before that of the report. */
function readBounds({ daily, from, to }: ReportFlags, generatedAtMs: number): Pick<ReportOptions, 'fromMs' | 'toMs'> {
  if (!daily) return { fromMs: readTime('from', from), toMs: readTime('to', to) }
  if (from !== undefined || to !== undefined)
    throw new UsageError('--daily says which time is looked at', {
      field: 'daily',
      remedy: 'leave --from and --to away',
    })
  const today = Math.floor(generatedAtMs / MS_PER_DAY) * MS_PER_DAY
  return { fromMs: today - MS_PER_DAY, toMs: today }
}

function readTime(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new UsageError(`--${flag} '${text}' is not a time in UTC`, {
    field: flag,
    remedy: 'use the form 2026-05-21T19:40:02Z',
  })
}

function buildText(): string {
  const { version, revision } = buildInfo()
  return revision === null ? version : `${version}+${revision.slice(0, 12)}`
}

/** The command without folders: where files lie is nobody's business but the operator's. */
function commandLine(files: readonly string[], flags: ReportFlags): string {
  const name = (path: string) => path.split('/').at(-1) ?? path
  const many = (flag: string, paths: readonly string[] = []) => paths.flatMap((path) => [flag, name(path)])
  const one = (flag: string, value: string | undefined) => (value === undefined ? [] : [flag, value])
  return [
    'montana soak report',
    ...files.map(name),
    ...(flags.daily ? ['--daily'] : []),
    ...one('--from', flags.from),
    ...one('--to', flags.to),
    ...many('--claims', flags.claims === undefined ? [] : [flags.claims]),
    ...many('--thresholds', flags.thresholds === undefined ? [] : [flags.thresholds]),
    ...many('--digest', flags.digest),
    ...many('--evidence', flags.evidence),
    ...many('--earlier', flags.earlier),
    ...(flags.legacy ? ['--legacy'] : []),
    ...many('--legacy-snapshot', flags.legacySnapshot === undefined ? [] : [flags.legacySnapshot]),
    ...one('--legacy-start', flags.legacyStart),
    ...one('--legacy-interval', flags.legacyInterval),
    ...one('--generated-at', flags.generatedAt),
  ].join(' ')
}
