import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const NAME = 'montana-breathing'

/** The folder of git of a clone; undefined when `repo` is not one. */
export async function gitDirOf(repo: string): Promise<string | undefined> {
  const path = join(repo, '.git')
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return path
  if (!found?.isFile()) return undefined
  // A linked work tree or a submodule names the folder in a file.
  const target = /^gitdir: (.+)$/m.exec(await readFile(path, 'utf8'))?.[1]
  return target === undefined ? undefined : resolve(repo, target)
}

/** Where breathing keeps what is its own: out of sight of the user's git. */
export async function stateFolderOf(repo: string): Promise<string> {
  const gitDir = await gitDirOf(repo)
  return gitDir === undefined ? join(repo, `.${NAME}`) : join(gitDir, NAME)
}
