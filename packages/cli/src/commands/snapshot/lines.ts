import type { SnapshotInfo, SnapshotReport } from '@montana/node'
import { labelled } from '../../table.js'

export function infoLines(info: SnapshotInfo): string[] {
  const { account, node, candidate } = info.counts
  return [
    labelled('window', info.window),
    labelled('network', info.network),
    labelled('genesis hash', info.genesisHash),
    labelled('proposal hash', info.proposalHash),
    labelled('state root', info.stateRoot),
    labelled('records', `${account} accounts, ${node} nodes, ${candidate} candidates`),
    labelled('bytes', info.bytes),
  ]
}

/** Which trust it was that the file was proven with. */
export function trustLine({ trust, window }: SnapshotReport): string {
  const { root, window: from, isOld } = trust
  if (root === 'checkpoint') return `proven: window ${window} is the checkpoint, and its own members certified it`
  const who = root === 'genesis' ? 'the operators of the genesis' : `the members of window ${from} in this store`
  const warning = isOld
    ? '; that was more than two epochs before: compare the proposal hash with somebody you trust'
    : ''
  return `proven: window ${window} is certified by a quorum of ${who}${warning}`
}
