import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** In a work tree, as the first versions had it. */
const IN_WORK_TREE = join('.montana', 'mirror')
const IN_GIT_FOLDER = join('montana', 'mirror')

/**
 * Where database, tokens and keys are kept unless a folder is named: in the git folder of the source, which no `git add`
 * takes along. One that stands in the work tree already is kept, because paths of tokens lead there. Reads files only: a
 * hook has no time for git.
 */
export function defaultDataFolder(source: string): string {
  const inWorkTree = resolve(source, IN_WORK_TREE)
  if (existsSync(inWorkTree)) return inWorkTree
  const gitFolder = gitFolderAbove(resolve(source))
  return gitFolder === null ? inWorkTree : join(gitFolder, IN_GIT_FOLDER)
}

/** Makes it (mode 0700), with a file by which git passes over it wherever it lies. Throws the system's error. */
export function makeDataFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 })
  } catch {
    // It is there, or the disk is full: what has to be written next says so.
  }
}

function gitFolderAbove(folder: string): string | null {
  const found = gitFolderIn(folder)
  if (found !== null || dirname(folder) === folder) return found
  return gitFolderAbove(dirname(folder))
}

/** Of a work tree, of a linked one, or the folder itself when it is a bare repository; worktrees share one. */
function gitFolderIn(folder: string): string | null {
  const entry = join(folder, '.git')
  const stats = statSync(entry, { throwIfNoEntry: false })
  if (stats?.isDirectory()) return entry
  if (stats?.isFile()) return linkedFolder(folder, entry)
  return ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name))) ? folder : null
}

function linkedFolder(folder: string, entry: string): string | null {
  const [, path] = /^gitdir: (.+)$/m.exec(readFileSync(entry, 'utf8')) ?? []
  if (path === undefined) return null
  const linked = resolve(folder, path.trim())
  const common = join(linked, 'commondir')
  return existsSync(common) ? resolve(linked, readFileSync(common, 'utf8').trim()) : linked
}
