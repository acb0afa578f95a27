import type { Repository } from './repository.js'

/** How much history a commit carries, for cutting it. */
export interface Depth {
  readonly tree: string
  readonly commits: number
  /** When the oldest commit was made, wall clock, milliseconds. */
  readonly rootMs: number
}

/** Throws BreathError `GIT_FAILED` when any part of the history is unreadable. */
export async function depthOf(repository: Repository, commit: string, signal?: AbortSignal): Promise<Depth> {
  const { stdout } = await repository.git(['log', '--format=%T %ct', commit], { signal })
  const lines = stdout.trim().split('\n')
  const rootSeconds = Number(lines.at(-1)?.split(' ')[1] ?? 0)
  return { tree: lines[0]?.split(' ')[0] ?? '', commits: lines.length, rootMs: rootSeconds * 1000 }
}
