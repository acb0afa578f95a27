import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitText } from '../../push/git.js'

/** An empty bare repository of its own, closed to others, which goes when it is disposed of. */
export interface Scratch extends AsyncDisposable {
  readonly folder: string
}

export async function openScratch(signal: AbortSignal): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'montana-mirror-'))
  const remove = async () => await rm(folder, { recursive: true, force: true })
  try {
    await gitText({ folder, signal }, ['init', '--quiet', '--bare', '--template='])
  } catch (error) {
    await remove()
    throw error
  }
  return { folder, [Symbol.asyncDispose]: remove }
}
