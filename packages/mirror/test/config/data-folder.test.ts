import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultDataFolder, openMirrorStore, storeCredential } from '../../src/index.js'
import { temporaryFolder } from '../folders.js'

const AUTHOR = ['-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid']
const gitIn = (folder: string) => (args: readonly string[]) =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8' })

describe('the data folder', () => {
  it('is in the git folder, the same for worktrees and folders below', () => {
    const root = temporaryFolder()
    const source = join(root, 'source')
    mkdirSync(join(source, 'below'), { recursive: true })
    const git = gitIn(source)
    git(['init', '--quiet'])
    git([...AUTHOR, 'commit', '--quiet', '--allow-empty', '-m', 'First'])
    git(['worktree', 'add', '--quiet', join(root, 'linked')])
    const expected = join(source, '.git', 'montana', 'mirror')
    for (const folder of [source, join(source, 'below'), join(root, 'linked')])
      expect(defaultDataFolder(folder)).toBe(expected)
  })

  it('is in a bare repository itself, and beside the files where there is no git', () => {
    const bare = temporaryFolder()
    gitIn(bare)(['init', '--quiet', '--bare'])
    expect(defaultDataFolder(bare)).toBe(join(bare, 'montana', 'mirror'))
    const plain = temporaryFolder()
    expect(defaultDataFolder(plain)).toBe(join(plain, '.montana', 'mirror'))
  })

  it('stays where it is in the work tree, and git passes over it from now on', async () => {
    const source = temporaryFolder()
    const git = gitIn(source)
    git(['init', '--quiet'])
    const data = join(source, '.montana', 'mirror')
    mkdirSync(data, { recursive: true })
    expect(defaultDataFolder(source)).toBe(data)
    openMirrorStore(data).close()
    await storeCredential(data, 'slot-1', 'a-token')
    expect(readFileSync(join(data, '.gitignore'), 'utf8')).toBe('*\n')
    git(['add', '--all'])
    expect(git(['ls-files'])).toBe('')
  })
})
