import { execFileSync } from 'node:child_process'
import { MontanaError } from '@montana/foundation'
import { hasNamespaces } from '@montana/netns'
import { DIRTY } from './trials/results.js'

/** Code of an error of these programs that has none of its own. */
export const BROKEN = 'TRIALS_BROKEN'

/** Throws MontanaError where there are no namespaces. */
export function needNamespaces(): void {
  if (hasNamespaces()) return
  const remedy = 'run it as root on Linux with iproute2 and nftables'
  throw new MontanaError('TRIALS_UNABLE', 'there are no network namespaces', { remedy })
}

/** What runs: commit of the checkout, with `-dirty` where it was changed since; null without one. */
export function commitOfTree(): string | null {
  const commit = git('rev-parse', 'HEAD')
  const changes = git('status', '--porcelain')
  if (commit === null || changes === null) return null
  return changes === '' ? commit : `${commit}${DIRTY}`
}

function git(...args: string[]): string | null {
  try {
    const cwd = import.meta.dirname
    const stdio = ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore']
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio }).trim()
  } catch {
    return null
  }
}
