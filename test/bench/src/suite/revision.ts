import { execFileSync } from 'node:child_process'

export interface Revision {
  /** Full hash; null outside a checkout. */
  readonly commit: string | null
  /** Tracked files differ from that commit. */
  readonly isDirty: boolean
}

export function revisionOf(folder: string): Revision {
  const ask = (...args: string[]) => {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    return execFileSync('git', args, { cwd: folder, stdio, encoding: 'utf8' }).trim()
  }
  try {
    return { commit: ask('rev-parse', 'HEAD'), isDirty: ask('status', '--porcelain', '--untracked-files=no') !== '' }
  } catch {
    return { commit: null, isDirty: false }
  }
}
