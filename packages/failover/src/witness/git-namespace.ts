import { randomBytes } from 'node:crypto'
import { FailoverError } from '../errors.js'
import { writeParentless } from '../git/parentless.js'
import { rejection } from '../git/remote.js'
import { gitFailed } from '../git/run.js'
import { GitScratch, type ScratchInit } from './git-scratch.js'

/** Beside those of witnesses and fences; nothing reads it. */
const PROBE_PREFIX = 'refs/montana/probe/'
const NAME_BYTES = 8

/**
 * Writes a ref below refs/montana and removes it: some hosts of repositories take only branches and tags. Throws
 * WITNESS_REFUSED in the words of the remote, GIT_FAILED.
 */
export async function probeGitNamespace(init: ScratchInit, signal: AbortSignal): Promise<void> {
  const scratch = new GitScratch(init)
  try {
    const { git, url } = await scratch.open(signal, () => {})
    const commit = await writeParentless(git, 'montana-probe', 'probe\n', signal)
    const ref = PROBE_PREFIX + randomBytes(NAME_BYTES).toString('hex')
    for (const refspec of [`${commit}:${ref}`, `:${ref}`]) {
      const args = ['push', '--porcelain', '--no-verify', '--', url, refspec]
      const result = await git.run(args, { signal })
      const reason = rejection(result)
      if (reason !== null) throw new FailoverError('WITNESS_REFUSED', `the repository does not take ${reason}`)
      if (result.code !== 0) throw gitFailed(args, result)
    }
  } finally {
    await scratch.remove()
  }
}
