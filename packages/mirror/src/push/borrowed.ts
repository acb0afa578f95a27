import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitText, type SourceCall } from './git.js'

/**
 * A bare repository that has all objects of the source, keeps what is fetched for itself, and is thrown away: however much
 * a target sends, the source does not grow by it.
 */
export async function withBorrowed<T>(source: SourceCall, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'montana-foreign-'))
  try {
    await borrow(folder, source)
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function borrow(folder: string, source: SourceCall): Promise<void> {
  const asked = ['rev-parse', '--path-format=absolute', '--show-object-format', '--git-path', 'objects']
  const [format = '', objects = ''] = (await gitText(source, asked)).split('\n')
  const init = ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', `--object-format=${format}`, '.']
  await gitText({ folder, signal: source.signal }, init)
  await writeFile(join(folder, 'objects', 'info', 'alternates'), `${objects}\n`)
  // Whatever is fetched becomes one file, whose size can be limited.
  await appendFile(join(folder, 'config'), '[fetch]\n\tunpackLimit = 1\n')
}
