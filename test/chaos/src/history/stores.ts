import { toHex } from '@montana/foundation'
import { verifyDataDir } from '@montana/node'
import { LABELS } from '../mesh/constants.js'
import type { StoredRow } from './types.js'

export interface ReadStores {
  readonly stored: readonly StoredRow[]
  readonly storeFaults: readonly string[]
}

/** Proves the stores of all nodes below `dir`, from genesis, every signature and every clock value, and reads them. */
export async function readStores(dir: string, signal: AbortSignal): Promise<ReadStores> {
  const stored: StoredRow[] = []
  const { nodes } = await verifyDataDir({
    dataDir: dir,
    policy: { kind: 'full' },
    signal,
    notice: () => {},
    onWindow: ({ label, window, proposalHash, stateRoot, weight, active }) => {
      const owner = LABELS.find((known) => known === label)
      if (owner)
        stored.push({ label: owner, window, hash: toHex(proposalHash), root: toHex(stateRoot), weight, active })
    },
  })
  const storeFaults = nodes.flatMap(({ label, faults, gaps }) => [
    ...faults.map(({ window, code, message }) => `${label}/${window ?? 'store'}: ${code}: ${message}`),
    ...gaps.map(({ from, to }) => `${label}: windows ${from} to ${to} are missing`),
  ])
  return { stored, storeFaults }
}
