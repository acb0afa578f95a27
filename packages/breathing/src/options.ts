import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError } from '@montana/foundation'
import {
  BREATH_BOUND_MS,
  CUT_COMMITS,
  CUT_MS,
  DEBOUNCE_MS,
  FETCH_BUDGET_MS,
  GIT_TIMEOUT_MS,
  HISTORY_BYTES,
  HISTORY_MS,
  INTERVAL_SECONDS,
  LOCK_WAIT_MS,
  NODE_NAME,
  PUBLIC_FIELDS,
  PUSH_BUDGET_MS,
  REGISTER_DEPTH,
  REGISTER_DEPTH_MAX,
  START_DELAY_SECONDS,
  SYNC_PATHS,
} from './constants.js'
import { CREDENTIALS_REMEDY, hasCredentials } from './git/hub.js'
import { isSyncPath } from './guard/paths.js'

export interface BreathingOptions {
  /** Name of this host in the registry. */
  readonly node: string
  /** Folder that the synced paths are in; by default the working folder. A clone, or any folder. */
  readonly repo?: string
  /** `user`: whatever state the clone is in is reported and left alone. `own`: it is reset. */
  readonly ownership?: 'user' | 'own'
  /** The hub: a remote of the clone, a URL or path, or `none`. */
  readonly remote?: string
  /** For readers that know only the seeds' branch; an own clone is reset to it. */
  readonly branch?: string
  readonly syncPaths?: readonly string[]
  readonly publicFields?: readonly string[]
  readonly intervalSeconds?: number
  readonly startDelaySeconds?: number
  readonly gitTimeoutMs?: number
  /** Of the agent that carries the breath head: a lost poke costs one. */
  readonly heartbeatIntervalMs?: number
  /** Levels of registers: record and field. The same on all hosts. */
  readonly depth?: number
  readonly cutAfterCommits?: number
  readonly cutAfterMs?: number
  readonly historyBytes?: number
  readonly historyMs?: number
  readonly lockWaitMs?: number
  /** The git program. */
  readonly git?: string
}

export type ResolvedOptions = Required<BreathingOptions>

const DEFAULTS = {
  ownership: 'user',
  remote: 'origin',
  branch: 'main',
  syncPaths: SYNC_PATHS,
  publicFields: PUBLIC_FIELDS,
  intervalSeconds: INTERVAL_SECONDS,
  startDelaySeconds: START_DELAY_SECONDS,
  gitTimeoutMs: GIT_TIMEOUT_MS,
  heartbeatIntervalMs: 1_000,
  depth: REGISTER_DEPTH,
  cutAfterCommits: CUT_COMMITS,
  cutAfterMs: CUT_MS,
  historyBytes: HISTORY_BYTES,
  historyMs: HISTORY_MS,
  lockWaitMs: LOCK_WAIT_MS,
  git: 'git',
} as const

/** Fills in defaults. Throws one ConfigError that names every problem with its field and remedy. */
export function resolveOptions(options: BreathingOptions): ResolvedOptions {
  const resolved = withDefaults(options)
  requireNone(problemsOf(resolved))
  return { ...resolved, repo: realpathSync(resolved.repo) }
}

function withDefaults(options: BreathingOptions): ResolvedOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  return { ...DEFAULTS, ...given, node: options.node, repo: resolve(options.repo ?? '.') } as ResolvedOptions
}

/** What is wrong with a setting, and what to do about it. */
export interface Problem {
  readonly field: string
  readonly message: string
  readonly remedy: string
  readonly code?: string
}

export function findProblems(options: BreathingOptions): Problem[] {
  return problemsOf(withDefaults(options))
}

/** Throws one ConfigError (exit 78) for all of them. */
export function requireNone(problems: readonly Problem[]): void {
  const [first] = problems
  if (first === undefined) return
  const message = problems.map(({ field, message, remedy }) => `${field}: ${message}; ${remedy}`).join('\n')
  throw new ConfigError(message, { code: first.code ?? 'CONFIG_INVALID', field: first.field })
}

function problemsOf(options: ResolvedOptions): Problem[] {
  return [...namesOf(options), ...numbersOf(options), ...boundOf(options)]
}

function namesOf({ node, repo, syncPaths, remote, branch }: ResolvedOptions): Problem[] {
  const problems: Problem[] = []
  const add = (field: string, message: string, remedy: string) => problems.push({ field, message, remedy })
  if (!NODE_NAME.test(node)) add('node', `'${node}' is not a host name`, 'use 1 to 32 of a-z, 0-9 and -')
  if (!isFolder(repo)) add('repo', `${repo} is not there`, 'name a folder that exists')
  if (syncPaths.length === 0) add('syncPaths', 'is empty', 'name at least one file')
  if (new Set(syncPaths).size < syncPaths.length) add('syncPaths', 'names a file twice', 'name each once')
  for (const path of syncPaths.filter((path) => !isSyncPath(path))) {
    add('syncPaths', `'${path}' is not a plain relative path`, 'use folder/file.json below repo')
  }
  if (remote === '' || remote.startsWith('-')) add('remote', `'${remote}' is not a remote`, 'use a name, a URL or none')
  if (hasCredentials(remote)) add('remote', 'carries a user or password in its URL', CREDENTIALS_REMEDY)
  if (!/^[A-Za-z0-9_./-]+$/.test(branch)) add('branch', `'${branch}' is not a branch`, 'use main')
  return problems
}

function isFolder(path: string): boolean {
  try {
    realpathSync(path)
    return true
  } catch {
    return false
  }
}

const RANGES: readonly (readonly [keyof ResolvedOptions, number, number])[] = [
  ['intervalSeconds', 1, 3600],
  ['startDelaySeconds', 0, 600],
  ['gitTimeoutMs', 100, 600_000],
  ['heartbeatIntervalMs', 100, 60_000],
  ['depth', 1, REGISTER_DEPTH_MAX],
  ['cutAfterCommits', 2, 100_000],
  ['cutAfterMs', 1_000, 366 * 86_400_000],
  ['historyBytes', 1_024, 64 * 1024 * 1024],
  ['historyMs', 1_000, 3_660 * 86_400_000],
  ['lockWaitMs', 0, 600_000],
]

function numbersOf(options: ResolvedOptions): Problem[] {
  return RANGES.flatMap(([field, min, max]) => {
    const value = options[field]
    const isFine = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    return isFine ? [] : [{ field, message: `is ${String(value)}`, remedy: `use a whole number from ${min} to ${max}` }]
  })
}

/** Spec three-mirror 12.1. */
function boundOf({ heartbeatIntervalMs }: ResolvedOptions): Problem[] {
  const boundMs = breathBoundMs(heartbeatIntervalMs)
  if (boundMs < BREATH_BOUND_MS) return []
  const [debounce, push, heartbeat, fetch, sum] = [
    DEBOUNCE_MS,
    PUSH_BUDGET_MS,
    heartbeatIntervalMs,
    FETCH_BUDGET_MS,
    boundMs,
  ].map((ms) => (ms / 1000).toFixed(1))
  const message = `BOUND debounce ${debounce} + push ${push} + heartbeat ${heartbeat} + fetch ${fetch} = ${sum} s`
  const remedy = `it must be below ${BREATH_BOUND_MS / 1000} s: use a shorter interval`
  return [{ field: 'heartbeatIntervalMs', message, remedy, code: 'BOUND' }]
}

/** From a write to every reachable host, if the budgets hold: with pokes and heartbeats, or with the hub alone. */
export function breathBoundMs(noticeMs: number): number {
  return DEBOUNCE_MS + PUSH_BUDGET_MS + noticeMs + FETCH_BUDGET_MS
}
