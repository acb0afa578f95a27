import type { GitAccess } from '../contracts/provider.js'
import type { RemoteGit } from '../fence/ref-store.js'
import { atTarget } from './git.js'

/** Small questions and writes: the record of the fence, a marker. */
const TIMEOUT_MS = 60_000

/** Git in `folder`, a repository of ours, with access to one target. Throws AbortError, TARGET_UNREACHABLE. */
export function createRemoteGit(folder: string, access: GitAccess): RemoteGit {
  return {
    url: access.url,
    run: async (args, call) => {
      const { code, stdout, words } = await atTarget({ ...call, folder, access, timeoutMs: TIMEOUT_MS }, args)
      return { code, stdout: Buffer.from(stdout), stderr: words }
    },
  }
}
