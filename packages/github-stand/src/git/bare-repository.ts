import { appendFile, mkdir, writeFile } from 'node:fs/promises'
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
  const branch = `--initial-branch=${options.defaultBranch ?? 'main'}`
  await runGit(path, ['init', '--quiet', '--bare', '--template=', branch])
  // A repack in the background would outlive the test that pushed.
  await appendSettings(path, [['receive', 'autogc', 'false']])
  await configureBareRepository(path, options)
}

/** Changes the switches of an existing one; absent options stay as they are. */
export async function configureBareRepository(path: string, options: BareRepositoryOptions): Promise<void> {
  await appendSettings(path, settings(options))
  if (options.preReceive !== undefined) await writeHook(path, 'pre-receive', options.preReceive)
}

/** Section, key, value. The last of a key counts, except for those that may come several times. */
export type GitSetting = readonly [string, string, string]

/** Written straight into the file: a process of git for each would take most of a test's time. */
export async function appendSettings(path: string, settings: readonly GitSetting[]): Promise<void> {
  const lines = settings.map(([section, key, value]) => `[${section}]\n\t${key} = ${JSON.stringify(value)}\n`)
  await appendFile(join(path, 'config'), lines.join(''))
}

function settings(options: BareRepositoryOptions): GitSetting[] {
  const single: [string, string | undefined][] = [
    ['denyNonFastForwards', options.denyNonFastForwards?.toString()],
    ['denyDeletes', options.denyDeletes?.toString()],
    ['shallowUpdate', options.shallowUpdate?.toString()],
    ['maxInputSize', options.maxInputSizeBytes?.toString()],
  ]
  const hidden = (options.hideRefs ?? []).map((ref): [string, string] => ['hideRefs', ref])
  return [...single, ...hidden].flatMap(([key, value]) =>
    value === undefined ? [] : [['receive', key, value] as const],
  )
}

/** Puts an executable script among the hooks. */
export async function writeHook(path: string, name: string, script: string): Promise<void> {
  const folder = join(path, 'hooks')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), script, { mode: 0o755 })
}
