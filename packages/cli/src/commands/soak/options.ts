import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UsageError } from '@montana/foundation'
import { runningBuild } from '@montana/node/settings'
import {
  DEFAULT_CONFIG_PATH,
  DEFAULT_SOAK_PATH,
  DURATION_FORMS,
  devnetOptions,
  loadSoakConfig,
  MAX_INTERVAL_MS,
  MIN_INTERVAL_MS,
  type PollerOptions,
  parseDuration,
} from '@montana/soak'
import type { CliContext, GlobalOptions } from '../../context.js'

export interface SoakFlags extends GlobalOptions {
  path?: string
  every?: string
  count?: string
  metricsFile?: string
}

/** Where `montana devnet` keeps its nodes unless told otherwise. */
const DEVNET_DIR = '.montana/devnet'

/** flags > environment > an installed configuration > a devnet below the working folder. */
export async function readPollerOptions(context: CliContext, flags: SoakFlags): Promise<PollerOptions> {
  return withFlags(context, flags, await readSource(context, flags))
}

/** The same; undefined where nothing names nodes. */
export async function findPollerOptions(context: CliContext, flags: SoakFlags): Promise<PollerOptions | undefined> {
  const options = await findSource(context, flags)
  return options && withFlags(context, flags, options)
}

function withFlags({ environment }: CliContext, { path }: SoakFlags, options: PollerOptions): PollerOptions {
  return { ...options, build: runningBuild(environment), path: path === undefined ? options.path : resolve(path) }
}

/** The soak file that a poll with the same flags would write. */
export async function readSoakPath(context: CliContext, flags: SoakFlags): Promise<string> {
  if (flags.path !== undefined) return resolve(flags.path)
  if (await isDefaultPath(context, flags)) return DEFAULT_SOAK_PATH
  const source = await findSource(context, flags)
  if (source) return source.path
  const remedy = 'name a soak file, or the directory of a devnet with --data-dir, or --config FILE'
  throw new UsageError('no soak file is named', { field: 'file', remedy })
}

/** Where no nodes are named, a file at the installed place needs none. */
async function isDefaultPath(context: CliContext, { config, dataDir }: SoakFlags): Promise<boolean> {
  if (config !== undefined || (dataDir ?? context.environment.MONTANA_DATA_DIR) !== undefined) return false
  return !(await isFile(DEFAULT_CONFIG_PATH)) && (await isFile(DEFAULT_SOAK_PATH))
}

async function readSource(context: CliContext, flags: SoakFlags): Promise<PollerOptions> {
  const source = await findSource(context, flags)
  if (source) return source
  const remedy = 'give --data-dir DIR of a devnet, or --config FILE'
  throw new UsageError('no nodes are named', { field: 'data-dir', remedy })
}

/** Undefined where nothing names nodes. */
async function findSource(context: CliContext, { config, dataDir }: SoakFlags): Promise<PollerOptions | undefined> {
  if (config !== undefined && dataDir !== undefined) {
    const remedy = 'give the nodes once, by a directory or by a file'
    throw new UsageError('--config and --data-dir both name nodes', { field: 'config', remedy })
  }
  if (config !== undefined) return await loadSoakConfig(config)
  const directory = dataDir ?? context.environment.MONTANA_DATA_DIR
  if (directory !== undefined) return await devnetOptions(resolve(directory))
  if (await isFile(DEFAULT_CONFIG_PATH)) return await loadSoakConfig(DEFAULT_CONFIG_PATH)
  if (await isFile(join(DEVNET_DIR, 'devnet.json'))) return await devnetOptions(resolve(DEVNET_DIR))
  return undefined
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

export function readEvery(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= MIN_INTERVAL_MS && ms <= MAX_INTERVAL_MS) return ms
  const reason = ms === undefined ? 'is not a duration' : 'is not between 1s and 24h'
  throw new UsageError(`--every '${text}' ${reason}`, { field: 'every', remedy: `use ${DURATION_FORMS}` })
}

export function readCount(text: string): number {
  const count = Number(text)
  if (/^\d{1,9}$/.test(text) && count > 0) return count
  throw new UsageError(`--count '${text}' is not a whole number above 0`, { field: 'count', remedy: 'use 1 or more' })
}
