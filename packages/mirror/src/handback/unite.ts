import type { Ledger } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import { uniteLedgers } from '../decide/ledgers.js'
import { ledgerFields, mergeState } from '../decide/state-merge.js'
import type { Finding } from '../decide/verdict.js'
import type { RemoteGit } from '../fence/git-calls.js'
import { commitMerge, fileOf, treeWith, trialMerge } from './git.js'

export interface UniteInit {
  readonly git: RemoteGit
  readonly ledgers: readonly Ledger[]
  readonly stateFile: string
  /** Of the fence when each side acted last. */
  readonly epochs: { readonly primary: number; readonly replica: number }
  /** `primary-tree`: apart from ledgers the primary's files win. */
  readonly action: 'merge' | 'primary-tree'
}

export interface UnitedCommit {
  readonly commit: string
  readonly findings: readonly Finding[]
}

/**
 * One commit with both tips as parents: files merged by git, ledgers by the ids of their entries, the state file by the
 * epoch. Spec repository-mirror 11.3 step 4.
 */
export async function uniteTips(
  init: UniteInit,
  tips: { readonly primary: string; readonly replica: string },
  signal: AbortSignal,
): Promise<UnitedCommit> {
  const { git, action } = init
  const base =
    action === 'merge' ? (await trialMerge(git, tips.primary, tips.replica, signal)).tree : `${tips.primary}^{tree}`
  const files = new Map<string, string>()
  const findings = [...(await uniteFiles(init, tips, files, signal)), ...(await uniteState(init, tips, files, signal))]
  const tree = await treeWith(git, await treeId(git, base, signal), files, signal)
  return { commit: await commitMerge(git, tree, [tips.primary, tips.replica], signal), findings }
}

type Tips = { readonly primary: string; readonly replica: string }

async function uniteFiles(
  init: UniteInit,
  tips: Tips,
  files: Map<string, string>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const ledger of init.ledgers.filter(({ path }) => !path.includes('#'))) {
    const [ours, theirs] = await bothOf(init.git, tips, ledger.path, signal)
    if (ours === null && theirs === null) continue
    const united = uniteLedgers(ours ?? '', theirs ?? '', ledger)
    files.set(ledger.path, united.text)
    findings.push(...united.findings)
  }
  return findings
}

async function uniteState(
  init: UniteInit,
  tips: Tips,
  files: Map<string, string>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { stateFile, ledgers, epochs, action } = init
  const [ours, theirs] = await bothOf(init.git, tips, stateFile, signal)
  if (ours === null && theirs === null) return []
  const primaryEpoch = action === 'primary-tree' ? epochs.replica + 1 : epochs.primary
  const primary = { text: ours ?? '{}', epoch: primaryEpoch }
  const merged = mergeState(primary, { text: theirs ?? '{}', epoch: epochs.replica }, ledgerFields(ledgers, stateFile))
  if (merged.text === null) throw unreadable(stateFile)
  files.set(stateFile, merged.text)
  return merged.findings
}

async function bothOf(git: RemoteGit, { primary, replica }: Tips, path: string, signal: AbortSignal) {
  return [await fileOf(git, primary, path, signal), await fileOf(git, replica, path, signal)] as const
}

async function treeId(git: RemoteGit, tree: string, signal: AbortSignal): Promise<string> {
  const { code, stdout } = await git.run(['rev-parse', '--verify', tree], { signal })
  if (code === 0) return stdout.trim()
  throw new MirrorError('GIT_FAILED', 'the tree of the primary is not in the copy', { remedy: 'run it again' })
}

function unreadable(file: string): MirrorError {
  return new MirrorError('STATE_UNREADABLE', `${file} holds no JSON object on one side; nothing was united`, {
    remedy: 'mend the file on that side, then run it again',
  })
}
