import type { Repository } from './repository.js'

const MS = 1000

/** How much history a commit carries, for cutting it. */
export interface Depth {
  readonly tree: string
  readonly commits: number
  /** When this commit was made, and */
  readonly madeMs: number
  /** when the oldest was, wall clock, milliseconds. */
  readonly rootMs: number
}

/** Throws BreathError `GIT_FAILED` when any part of the history is unreadable. */
export async function depthOf(repository: Repository, commit: string, signal?: AbortSignal): Promise<Depth> {
  const { stdout } = await repository.git(['log', '--format=%T %ct', commit], { signal })
  const lines = stdout.trim().split('\n')
  const timeOf = (line = '') => Number(line.split(' ')[1] ?? 0) * MS
  const tree = lines[0]?.split(' ')[0] ?? ''
  return { tree, commits: lines.length, madeMs: timeOf(lines[0]), rootMs: timeOf(lines.at(-1)) }
}
