import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { RefusalError } from '../errors.js'

/** What the sources say of themselves. */
export interface Sources {
  readonly version: string
  /** Commit, with `-dirty` where files were changed since. */
  readonly revision: string
  /** Seconds since the Unix epoch. */
  readonly builtFromEpoch: number
  readonly storeSchema: number
  readonly protocol: { readonly min: number; readonly max: number }
}

const storeForm = z.looseObject({ SCHEMA_VERSION: z.int().min(1) })
const protocolForm = z.looseObject({ PROTOCOL_VERSION: z.int().min(1) })

/** Of the compiled checkout at `root`. Throws {@link RefusalError} without git, or before the build. */
export async function readSources(root: string): Promise<Sources> {
  const { version } = z
    .looseObject({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  const commit = git(root, 'rev-parse', 'HEAD')
  const isClean = git(root, 'status', '--porcelain') === ''
  const { SCHEMA_VERSION } = storeForm.parse(await compiled(root, 'packages/store/dist/constants.js'))
  const { PROTOCOL_VERSION } = protocolForm.parse(await compiled(root, 'packages/consensus/dist/constants.js'))
  return {
    version,
    revision: isClean ? commit : `${commit}-dirty`,
    builtFromEpoch: Number(git(root, 'show', '-s', '--format=%ct', 'HEAD')),
    storeSchema: SCHEMA_VERSION,
    // The rules accept exactly one version so far.
    protocol: { min: PROTOCOL_VERSION, max: PROTOCOL_VERSION },
  }
}

async function compiled(root: string, path: string): Promise<unknown> {
  return await import(pathToFileURL(join(root, path)).href)
}

function git(root: string, ...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch (cause) {
    const remedy = 'build from a clone of the repository'
    throw new RefusalError('BUNDLE_INPUT', `git ${args[0]} failed in ${root}`, { field: 'root', remedy, cause })
  }
}
