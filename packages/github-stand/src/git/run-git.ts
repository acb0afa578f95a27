import { execFile } from 'node:child_process'
import { errorMessage } from '@montana/foundation'
import { StandError } from '../errors.js'

/** Largest answer of a plumbing command that is kept in memory. */
const OUTPUT_MAX_BYTES = 128 * 1024 * 1024

/** Settings of this account and machine must not decide what the stand does. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, LC_ALL: 'C', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
}

export interface GitCall {
  readonly input?: string | Uint8Array
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs git in `folder` and answers its stdout; {@link StandError} `STAND_GIT` when it fails. */
export async function runGit(folder: string, args: readonly string[], call: GitCall = {}): Promise<Buffer> {
  const env = { ...gitEnvironment(), ...call.environment }
  return await new Promise((resolve, reject) => {
    const options = { cwd: folder, env, maxBuffer: OUTPUT_MAX_BYTES, encoding: 'buffer' as const }
    const child = execFile('git', [...args], options, (error, stdout, stderr) => {
      if (error) reject(new StandError('STAND_GIT', `git ${args[0]}: ${stderr.toString() || errorMessage(error)}`))
      else resolve(stdout)
    })
    // A git that has already ended closes its end; the exit status tells why.
    child.stdin?.on('error', () => {})
    child.stdin?.end(call.input)
  })
}

/** As {@link runGit}, trimmed text; undefined when git fails. */
export async function askGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  return await runGit(folder, args).then(
    (stdout) => stdout.toString('utf8').trim(),
    () => undefined,
  )
}
