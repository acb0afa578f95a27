import type { Git } from './run.js'

/** A commit that holds only its message: one object to send, nothing to merge. Returns its name. */
export async function writeParentless(
  git: Git,
  author: string,
  message: string,
  signal?: AbortSignal,
): Promise<string> {
  const tree = await git.text(['hash-object', '-t', 'tree', '-w', '--stdin'], { signal })
  const environment = identityOf(author)
  return (await git.text(['commit-tree', tree.trim()], { input: message, environment, signal })).trim()
}

/** The message of a commit as `git cat-file` shows it, which begins after the first empty line. */
export function messageOf(commit: string): string {
  const end = commit.indexOf('\n\n')
  return end < 0 ? '' : commit.slice(end + 2)
}

function identityOf(author: string): Record<string, string> {
  const email = `${author}@montana.invalid`
  return {
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: author,
    GIT_COMMITTER_EMAIL: email,
  }
}
