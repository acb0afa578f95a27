import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GIT_ENVIRONMENT, pushBranches, pushMirror } from '@montana/bench-peers'
import { systemTime } from '@montana/foundation'
import { GitProvider, HookQueue, hookRequests, loadMirrorConfig, pushCode, type TargetConfig } from '@montana/mirror'
import { HOOK_CALL, HOOK_COMMAND, MIRROR_NOOP, MIRROR_PUSH, OUR_FIRST, OUR_SYNC, PLAIN_FIRST } from './names.js'
import { addBranches, advance, bare, source } from './repositories.js'
import { type Timed, timed } from './rows.js'

const MAIN = join(import.meta.dirname, '..', '..', '..', '..', 'packages', 'cli', 'dist', 'main.js')
/** Of one measurement: a single one is shorter than the clock is exact. */
const HOOK_CALLS = 20

/** What an operation on the primary waits for: our hook, or a post-receive hook that pushes. */
export function hookContenders(folder: string): readonly Timed[] {
  const [here, target] = [source(folder, 'hook', 0), bare(folder, 'hook')]
  const queue = new HookQueue(join(folder, 'data'), systemTime)
  const requests = hookRequests('post-sync', [targetOf(target)])
  const lines = ['MIRROR_ENABLED=true', 'MIRROR_ROLE=MASTER', 'MIRROR_1_TYPE=git', `MIRROR_1_URL=${target}`]
  writeFileSync(join(here, '.env'), `${lines.join('\n')}\n`, { mode: 0o600 })
  const calls = async () => {
    for (let call = 0; call < HOOK_CALLS; call++) queue.enqueue(requests, 'bench')
  }
  const command = [MAIN, 'mirror', 'hook', 'post-sync']
  return [
    { name: HOOK_CALL, run: async () => (await timed(calls)) / HOOK_CALLS },
    { name: HOOK_COMMAND, run: (signal) => timed(() => run(process.execPath, command, here, signal)) },
    { name: MIRROR_PUSH, run: (signal) => afterCommit(here, () => pushMirror(here, target, signal)) },
  ]
}

/** `branches` besides main, all of them on the target already. */
export function noopContenders(folder: string, branches: number): readonly Timed[] {
  const here = source(folder, 'noop', 0)
  addBranches(here, branches)
  const [ours, theirs] = [bare(folder, 'noop-ours'), bare(folder, 'noop-theirs')]
  return [
    { name: OUR_SYNC, run: (signal) => timed(() => push(here, ours, signal)) },
    { name: MIRROR_NOOP, run: (signal) => timed(() => pushMirror(here, theirs, signal)) },
  ]
}

/** To a new target each time. */
export function firstContenders(folder: string, mebibytes: number): readonly Timed[] {
  const here = source(folder, 'first', mebibytes)
  let count = 0
  const next = () => bare(folder, `first-${count++}`)
  return [
    { name: OUR_FIRST, run: (signal) => onNew(next, (target) => push(here, target, signal)) },
    { name: PLAIN_FIRST, run: (signal) => onNew(next, (target) => pushBranches(here, target, signal)) },
  ]
}

async function onNew(next: () => string, work: (target: string) => Promise<unknown>): Promise<number> {
  const target = next()
  return await timed(() => work(target))
}

async function afterCommit(here: string, work: () => Promise<unknown>): Promise<number> {
  advance(here)
  return await timed(work)
}

async function push(here: string, url: string, signal: AbortSignal): Promise<void> {
  const config = targetOf(url)
  const access = await new GitProvider(config).gitAccess(signal)
  const { refs, onDiverge, lfs, pushTimeoutMs } = config
  const target = { refs, onDiverge, lfs, pushTimeoutMs, defaultBranch: null }
  const rest = { pushed: new Map(), reset: { mode: 'isolated', accepted: new Map() } as const, wallMs: Date.now() }
  const report = await pushCode({ source: here, target, access, ...rest, signal })
  const failed = report.refs.find(({ outcome }) => !['created', 'equal', 'fast-forwarded'].includes(outcome))
  if (failed) throw new Error(`${failed.ref} is ${failed.outcome}`)
}

async function run(program: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  await promisify(execFile)(program, args, { cwd, env: GIT_ENVIRONMENT, signal })
}

function targetOf(url: string): Extract<TargetConfig, { type: 'git' }> {
  const [target] = loadMirrorConfig({ environment: { MIRROR_1_TYPE: 'git', MIRROR_1_URL: url } }).targets
  if (target?.type !== 'git') throw new Error('no target')
  return target
}
