import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RepositoryName } from '@montana/mirror'

/** By path inside the repository: the workflow of the sentinel on that replica, and the script of all of them. */
export async function sentinelFiles(repository: RepositoryName): Promise<ReadonlyMap<string, string>> {
  const { SENTINEL_SCRIPT, SENTINEL_WORKFLOW, sentinelScript, sentinelWorkflow } = await import('@montana/mirror')
  return new Map([
    [SENTINEL_WORKFLOW, sentinelWorkflow(repository)],
    [SENTINEL_SCRIPT, sentinelScript()],
  ])
}

export function writeFiles(source: string, files: ReadonlyMap<string, string>): void {
  for (const [file, content] of files) {
    mkdirSync(dirname(join(source, file)), { recursive: true })
    writeFileSync(join(source, file), content)
  }
}
