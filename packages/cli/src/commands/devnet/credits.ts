import { toHex } from '@montana/foundation'
import { readCredits } from '@montana/node'
import { OBSERVER } from './labels.js'
import type { DevnetFiles } from './layout.js'
import type { DevnetMesh } from './mesh.js'
import type { Admission, Observation } from './verdict.js'

/** By label; a node that did nothing is there with 0. */
export interface DevnetCredits {
  readonly proposers: Readonly<Record<string, number>>
  readonly confirmers: Readonly<Record<string, number>>
  readonly admittedAt: Readonly<Record<string, number | undefined>>
}

/** Who proposed and confirmed windows `from` … `to`, from the store of the node that has the most. */
export function creditsOf({ nodes }: DevnetFiles, mesh: DevnetMesh, from: number, to: number): DevnetCredits {
  const best = [...mesh.children].sort((a, b) => (b.status?.window ?? 0) - (a.status?.window ?? 0))[0]
  if (!best) return { proposers: {}, confirmers: {}, admittedAt: {} }
  const { proposers, confirmers, admittedAt } = readCredits(best.dataDir, from, to)
  const byLabel = <T>(of: (nodeIdHex: string) => T) => {
    return Object.fromEntries(nodes.map(({ label, identity }) => [label, of(toHex(identity.nodeId))]))
  }
  return {
    proposers: byLabel((id) => proposers.get(id) ?? 0),
    confirmers: byLabel((id) => confirmers.get(id) ?? 0),
    admittedAt: byLabel((id) => admittedAt.get(id)),
  }
}

/** Undefined where the candidate was sent away for good: it is then not waited for. */
export function admissionOf(
  { nodes }: Pick<Observation, 'nodes'>,
  { admittedAt }: DevnetCredits,
): Admission | undefined {
  const isGone = nodes.find(({ label }) => label === OBSERVER)?.isGone ?? false
  return isGone ? undefined : { label: OBSERVER, admittedAt: admittedAt[OBSERVER] }
}
