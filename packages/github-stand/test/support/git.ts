import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface GitResult {
  readonly code: number | null
  readonly output: string
}

const IDENTITY = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost']
const ENVIRONMENT = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }

/** A clone to push from, with everything git says. */
export class WorkTree {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'stand-work-')))

  /** Makes an empty one. */
  static async make(): Promise<WorkTree> {
    const tree = new WorkTree()
    await tree.git(['init', '--quiet', '--initial-branch=main'])
    return tree
  }

  /** Runs git with the credential in its environment only. */
  async git(
    args: readonly string[],
    options: { token?: string; env?: Record<string, string> } = {},
  ): Promise<GitResult> {
    const env = { ...process.env, ...ENVIRONMENT, ...credential(options.token), ...options.env }
    const child = spawn('git', [...IDENTITY, ...args], { cwd: this.folder, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, output }
  }

  async commit(files: Readonly<Record<string, string | Uint8Array>>, message = 'change'): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true })
      writeFileSync(join(this.folder, path), content)
    }
    await this.git(['add', '--all'])
    await this.git(['commit', '--quiet', '--message', message])
    return (await this.git(['rev-parse', 'HEAD'])).output.trim()
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function credential(token: string | undefined): Record<string, string> {
  if (token === undefined) return {}
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  }
}
