import { nearest } from '@montana/foundation'

/** What people should write instead of `word`, as an imperative. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? `remove it; known here: ${known.join(', ')}` : `write '${near}', or remove it`
}
