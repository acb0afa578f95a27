import { join } from 'node:path'
import { BaseStore } from '../files/base-store.js'
import { Repository } from '../git/repository.js'
import { stateFolderOf } from '../git/state-folder.js'
import { TreeWriter } from '../git/write-commit.js'
import { BreathLock } from '../lock.js'
import type { ResolvedOptions } from '../options.js'
import type { BreathModules } from '../types.js'
import { Sources } from './sources.js'
import { withOwnKey } from './verifier.js'

/** What can be made only once the folder is known. */
export interface Parts {
  readonly folder: string
  readonly repository: Repository
  readonly writer: TreeWriter
  readonly bases: BaseStore
  readonly lock: BreathLock
  readonly sources: Sources
}

export async function makeParts(
  options: ResolvedOptions,
  modules: BreathModules,
  publicFields: ReadonlySet<string>,
): Promise<Parts> {
  const folder = await stateFolderOf(options.repo)
  const repository = new Repository(join(folder, 'repository.git'), {
    program: options.git,
    timeoutMs: options.gitTimeoutMs,
  })
  const { syncPaths, depth } = options
  const verifier = withOwnKey(modules.verifier, options.node, modules.signer.publicKey)
  return {
    folder,
    repository,
    writer: new TreeWriter(repository),
    bases: new BaseStore(join(folder, 'base')),
    lock: new BreathLock(folder, options.lockWaitMs),
    sources: new Sources(repository, verifier, { syncPaths, publicFields, depth }),
  }
}
