import { execFile, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { errorMessage } from '@montana/foundation'
import { commitOf, git, mainOf, ROOT } from './checkout.js'
import { differences, linkModules, lockOf } from './modules.js'

/** Builds of other commits that are kept: whoever compares two commits builds both once. */
const BUILDS_KEPT = 3
/** Of the first parents, so many are tried where no commit is named. */
const PARENTS_TRIED = 3
const BUILD_TIMEOUT_MS = 900_000

export interface SecondBuild {
  readonly commit: string
  /** Entry point of its `montana`. */
  readonly main: string
}

export interface BuildInit {
  /** Builds are kept here, by commit. */
  readonly dir: string
  /** Undefined: the nearest first parent that can be built. */
  readonly from: string | undefined
  readonly signal: AbortSignal
  onLine(line: string): void
}

/** A build of another commit, or why there is none. Rejects with AbortError. */
export async function secondBuild(init: BuildInit): Promise<SecondBuild | string> {
  const wanted = init.from === undefined ? parents() : [init.from]
  let reason = 'this checkout has no parent commit'
  for (const revision of wanted) {
    const commit = commitOf(revision)
    if (commit === undefined) {
      reason = `there is no commit ${revision}`
      continue
    }
    try {
      return { commit, main: await built(commit, init) }
    } catch (error) {
      init.signal.throwIfAborted()
      reason = `${commit.slice(0, 9)} could not be built: ${errorMessage(error).split('\n').slice(0, 3).join('; ')}`
      init.onLine(reason)
    }
  }
  return reason
}

function parents(): string[] {
  return Array.from({ length: PARENTS_TRIED }, (_, index) => `HEAD~${index + 1}`).filter((one) => commitOf(one))
}

async function built(commit: string, { dir, signal, onLine }: BuildInit): Promise<string> {
  const tree = join(dir, commit)
  if (existsSync(mainOf(tree))) return mainOf(tree)
  prune(dir)
  onLine(`building ${commit.slice(0, 9)} as the other build of the upgrade (once)`)
  const unfinished = `${tree}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  unpack(commit, unfinished)
  // Its links name the folder that it will have.
  rmSync(tree, { recursive: true, force: true })
  renameSync(unfinished, tree)
  try {
    bringModules(tree)
    await bringNative(commit, tree, signal)
    await run([tsc(), '-b', join('packages', 'cli')], tree, signal)
    return mainOf(tree)
  } catch (error) {
    rmSync(tree, { recursive: true, force: true })
    throw error
  }
}

/** Makes room for one more: the oldest go. */
function prune(dir: string): void {
  if (!existsSync(dir)) return
  const trees = readdirSync(dir).map((name) => join(dir, name))
  const byAge = trees.map((tree) => ({ tree, builtMs: statSync(tree).mtimeMs })).sort((a, b) => b.builtMs - a.builtMs)
  for (const { tree } of byAge.slice(BUILDS_KEPT - 1)) rmSync(tree, { recursive: true, force: true })
}

/** Not as a worktree: nothing is left in the repository. */
function unpack(commit: string, tree: string): void {
  const { stdout, status } = spawnSync('git', ['-C', ROOT, 'archive', commit], { maxBuffer: 2 ** 30 })
  const unpacked = status === 0 && spawnSync('tar', ['-xf', '-', '-C', tree], { input: stdout }).status === 0
  if (!unpacked) throw new Error('git archive failed')
}

/** No other versions are fetched: the two builds differ in what is ours. */
function bringModules(tree: string): void {
  const [first, ...more] = differences(lockOf(tree), lockOf(ROOT))
  if (first !== undefined) {
    throw new Error(`it pins other versions (${first} and ${more.length} more); name another commit with --from`)
  }
  linkModules(ROOT, tree)
}

/** The addon of this checkout where its sources are the same, otherwise one of its own. */
async function bringNative(commit: string, tree: string, signal: AbortSignal): Promise<void> {
  const folder = join(ROOT, 'native')
  const addons = readdirSync(folder).filter((name) => name.endsWith('.node'))
  const isSame = git('diff', '--name-only', commit, '--', 'native/src', 'native/Cargo.toml', 'native/Cargo.lock') === ''
  if (isSame) {
    for (const name of addons) copyFileSync(join(folder, name), join(tree, 'native', name))
    return
  }
  const napi = join(ROOT, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js')
  await run([napi, 'build', '--platform', '--release', '--no-js'], join(tree, 'native'), signal)
}

function tsc(): string {
  return join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
}

async function run(argv: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  await promisify(execFile)(process.execPath, argv, { cwd, signal, timeout: BUILD_TIMEOUT_MS })
}
