import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dropUnfinished, type Findings, repairHead, unfinishedOf } from './recover.js'
import { gitDirOf } from './state-folder.js'

/** What the clone around the synced files is in the middle of. It does not matter to breathing; it is reported. */
export async function inspectClone(repo: string): Promise<string[]> {
  const gitDir = await gitDirOf(repo)
  if (gitDir === undefined) return []
  const head = await readFile(join(gitDir, 'HEAD'), 'utf8').catch(() => '')
  return [...(await unfinishedOf(gitDir)), ...(/^[0-9a-f]{40}/.test(head) ? ['a detached HEAD'] : [])]
}

/** An own clone is taken out of it; its files are seen to by whoever calls. Spec three-mirror 12.6. */
export async function repairClone(repo: string, branch: string): Promise<Findings> {
  const findings: Findings = []
  const gitDir = await gitDirOf(repo)
  if (gitDir === undefined) return findings
  await dropUnfinished(gitDir, findings)
  await repairHead(gitDir, branch, findings)
  return findings
}
