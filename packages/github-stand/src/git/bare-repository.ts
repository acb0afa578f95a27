import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runGit } from './run-git.js'

/** What the receiving side of a bare repository refuses; everything is git's own doing. */
export interface BareRepositoryOptions {
  readonly defaultBranch?: string
  readonly denyNonFastForwards?: boolean
  readonly denyDeletes?: boolean
  /** Refs below these can be read and not written: "deny updating a hidden ref". */
  readonly hideRefs?: readonly string[]
  /** Largest pack that a push may send, in bytes. */
  readonly maxInputSizeBytes?: number
  /** Take pushes that cut history off; git and GitHub refuse them. */
  readonly shallowUpdate?: boolean
  /** A script (with `#!` line) that gets `<old> <new> <ref>` lines on stdin and refuses with any status but 0. */
  readonly preReceive?: string
}

/** Makes a bare repository at `path` (made if missing) that can be pushed to by path, ssh or http. */
export async function createBareRepository(path: string, options: BareRepositoryOptions = {}): Promise<void> {
  await mkdir(path, { recursive: true })
  await runGit(path, ['init', '--quiet', '--bare', `--initial-branch=${options.defaultBranch ?? 'main'}`])
  await configureBareRepository(path, options)
}

/** Changes the switches of an existing one; absent options stay as they are. */
export async function configureBareRepository(path: string, options: BareRepositoryOptions): Promise<void> {
  for (const [key, value] of settings(options)) await runGit(path, ['config', '--add', key, value])
  if (options.preReceive !== undefined) await writeHook(path, 'pre-receive', options.preReceive)
}

function settings(options: BareRepositoryOptions): [string, string][] {
  const single: [string, string | undefined][] = [
    ['receive.denyNonFastForwards', options.denyNonFastForwards?.toString()],
    ['receive.denyDeletes', options.denyDeletes?.toString()],
    ['receive.shallowUpdate', options.shallowUpdate?.toString()],
    ['receive.maxInputSize', options.maxInputSizeBytes?.toString()],
    // A repack in the background would outlive the test that pushed.
    ['receive.autogc', options.defaultBranch === undefined ? undefined : 'false'],
  ]
  const hidden = (options.hideRefs ?? []).map((ref): [string, string] => ['receive.hideRefs', ref])
  return [...single.filter((pair): pair is [string, string] => pair[1] !== undefined), ...hidden]
}

async function writeHook(path: string, name: string, script: string): Promise<void> {
  const folder = join(path, 'hooks')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), script, { mode: 0o755 })
}
