import { execFile } from 'node:child_process'

export interface RunOptions {
  readonly cwd: string
  readonly environment?: Readonly<Record<string, string>>
}

/** What a program wrote; throws with its own words when it fails. */
export async function run(program: string, args: readonly string[], { cwd, environment }: RunOptions): Promise<string> {
  const { PATH = '', HOME = '' } = process.env
  const git = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
  const env = { PATH, HOME, LC_ALL: 'C', ...git, ...environment }
  return await new Promise((resolve, reject) => {
    execFile(program, [...args], { cwd, env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args[0]}: ${stderr.trim() || error.message}`))
      else resolve(stdout)
    })
  })
}
