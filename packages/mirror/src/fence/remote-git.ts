import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '@montana/foundation'
import type { GitAccess } from '../contracts/provider.js'
import { atTarget, gitText } from '../push/git.js'
import { LISTING_TIMEOUT_MS } from '../push/limits.js'
import type { RemoteGit } from './git-calls.js'

export interface RemoteGitInit {
  /** Of a bare repository of our own: made when missing, and thrown away at no loss. */
  readonly folder: string
  /** Asked before each command, so that a token which is renewed meanwhile is the new one. */
  readonly access: (signal: AbortSignal) => Promise<GitAccess>
}

const TIMEOUT_MS = 120_000
/** Private to this user: copies of what may be a private repository. */
const FOLDER_MODE = 0o700

export async function openRemoteGit({ folder, access }: RemoteGitInit, signal: AbortSignal): Promise<RemoteGit> {
  if (!existsSync(join(folder, 'HEAD'))) {
    await makeDirectory(folder, FOLDER_MODE)
    await gitText({ folder, signal }, ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', '.'])
  }
  const { url } = await access(signal)
  return {
    url,
    run: async (args, call) => {
      const { code, stdout, words } = await atTarget(
        { ...call, folder, access: await access(call.signal), timeoutMs: timeoutOf(args[0]) },
        args,
      )
      return { code, stdout, stderr: words }
    },
  }
}

function timeoutOf(command: string | undefined): number {
  return command === 'ls-remote' ? LISTING_TIMEOUT_MS : TIMEOUT_MS
}
