import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const CRATE = join(import.meta.dirname, '..', '..', '..', '..', 'native', 'fuzz')
export const NATIVE_PROGRAM = join(CRATE, 'target', 'release', 'montana-native-fuzz')

/** A build from nothing on a busy host. Milliseconds. */
const BUILD_LIMIT_MS = 600_000
const BUILD = ['build', '--release', '--locked', '--offline', '--quiet']

export interface ProgramEnd {
  /** Null where it was ended by a signal, or was not there. */
  readonly code: number | null
  readonly signal: string | null
  readonly isAbsent: boolean
  /** Its time was over. */
  readonly isLate: boolean
  readonly stdout: string
  readonly stderr: string
}

/** Ended with the process that began it, and when its time is over. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { limitMs, cwd }: { limitMs: number; cwd?: string },
): Promise<ProgramEnd> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd })
  const end = (): boolean => child.kill('SIGKILL')
  let isLate = false
  const timer = setTimeout(() => {
    isLate = end()
  }, limitMs)
  process.once('exit', end)
  try {
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    return { code, signal, isAbsent: false, isLate, stdout, stderr }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { code: null, signal: null, isAbsent: code === 'ENOENT', isLate, stdout: '', stderr: message }
  } finally {
    clearTimeout(timer)
    process.off('exit', end)
  }
}

export type BuildProblem = { readonly skipped: string } | { readonly error: string }

/** What keeps the fuzzer of the addon from running here; undefined where it is built. */
export async function buildNative(): Promise<BuildProblem | undefined> {
  if (process.platform !== 'linux') return { skipped: 'it is for Linux' }
  return buildProblem(await runProgram('cargo', BUILD, { limitMs: BUILD_LIMIT_MS, cwd: CRATE }))
}

/** A compiler that is not there is a reason to skip; code that does not compile is none. */
export function buildProblem({ code, isAbsent, isLate, stderr }: ProgramEnd): BuildProblem | undefined {
  if (isAbsent) return { skipped: `cargo cannot be run here (${stderr})` }
  if (code === 0) return undefined
  const said = stderr.split('\n', 3).join(' ').trim()
  if (NO_TOOLCHAIN.test(stderr)) return { skipped: `cargo has no compiler here (${said})` }
  return { error: `it does not build: ${isLate ? 'it took too long' : said}` }
}

/** Of rustup, whose cargo is there before any compiler is. */
const NO_TOOLCHAIN =
  /no default (?:toolchain )?(?:is )?configured|could not choose a version of cargo|toolchain .* is not installed/
