import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HUB_PREFIX, OWN_PREFIX, PEER_PREFIX, type Repository } from '../git/repository.js'

/** The own ref as a git bundle, without what `have` brings along, if that is known here. */
export async function makeBundle(
  repository: Repository,
  node: string,
  have: string | null,
  signal?: AbortSignal,
): Promise<Buffer> {
  const isKnown = have !== null && (await repository.tryGit(['cat-file', '-e', `${have}^{commit}`], { signal })).success
  const args = ['bundle', 'create', '--quiet', '-', OWN_PREFIX + node, ...(isKnown ? [`^${have}`] : [])]
  return (await repository.git(args, { signal })).bytes
}

/** Takes the ref of `host` out of a bundle. Throws BreathError `GIT_FAILED`, also when the bundle builds on what is not here. */
export async function takeBundle(
  repository: Repository,
  host: string,
  bundle: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const file = join(repository.folder, `tmp_${randomUUID()}.bundle`)
  try {
    await writeFile(file, bundle, { mode: 0o600 })
    const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance']
    await repository.git([...args, file, `+${OWN_PREFIX}${host}:${PEER_PREFIX}${host}`], { signal })
  } finally {
    await rm(file, { force: true })
  }
}

/** The newest of a host that is here, by whatever way it came. */
export async function headOf(repository: Repository, host: string, signal?: AbortSignal): Promise<string | null> {
  const refs = await repository.refs(signal)
  return refs.get(PEER_PREFIX + host) ?? refs.get(HUB_PREFIX + host) ?? null
}
