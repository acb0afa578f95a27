import { decodeEnvelope, genesisChainState, type RecentWindow, type Restored } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { type BuiltWindow, buildChain } from './chain.js'
import { commitOf } from './commit.js'
import { signRegistration } from './objects.js'
import { makeWorld, VOTE_RULES, type World } from './world.js'

/** Vouched for in 4, in list 3 of 5, admitted with 8, signs from 9. */
export const VOUCHED = 4
export const ADMITTED = 8

/** A network that admits its candidate, without a store. */
export interface AdmissionChain {
  readonly world: World
  readonly registration: Uint8Array
  readonly built: readonly BuiltWindow[]
}

export async function makeAdmissionChain(windows: number): Promise<AdmissionChain> {
  const world = await makeWorld(VOTE_RULES, { vdfEntryWindows: 2, selectionInterval: 4 })
  const registration = await signRegistration(world.candidate)
  const registrations = (window: number) => (window === VOUCHED ? [registration] : [])
  return { world, registration, built: await buildChain(world, [], { windows, registrations }) }
}

/** A node that has applied the first `head` windows. */
export function restoredAt({ world, built }: AdmissionChain, head: number): Restored {
  const applied = built.slice(0, head)
  const chain = applied.at(-1)?.after ?? genesisChainState(world.document)
  const recent = new Map(applied.map((one) => [one.after.context.window, recentOf(one)] as const))
  return { chain, headEnvelope: applied.at(-1)?.envelope, recent, journal: [], registrations: [], signFrom: 1 }
}

function recentOf(built: BuiltWindow): RecentWindow {
  const { cementValue, proposalHash, contextHash } = commitOf(built)
  const { proposerNodeId } = decodeEnvelope(built.envelope).header
  const flags = { weights: undefined, isCertified: true, isDisputed: false }
  return { value: toHex(cementValue), proposalHash, contextHash, proposerNodeId, ...flags }
}
