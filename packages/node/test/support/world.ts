import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChainState } from '@montana/consensus'
import { memberOf } from '@montana/consensus'
import { type Identity, identityFromMasterSeed, type PqBackend, type Signer, selectPqBackend } from '@montana/crypto'
import { bytesEqual } from '@montana/foundation'
import {
  type DevnetRules,
  devnetGenesis,
  devnetParams,
  type GenesisDocument,
  type ProtocolParams,
} from '@montana/ledger'
import { onTestFinished } from 'vitest'

export const EVIDENCE_RULES: DevnetRules = { proposerRule: 'bootstrap', cementingRule: 'evidence' }
export const VOTE_RULES: DevnetRules = { proposerRule: 'rotation', cementingRule: 'vote' }

export interface Member {
  readonly label: string
  readonly identity: Identity
  readonly signer: Signer
}

/** Three operators of the genesis with fixed keys, and a fourth who is outside it. */
export interface World {
  readonly crypto: PqBackend
  readonly members: readonly [Member, Member, Member]
  readonly candidate: Member
  readonly document: GenesisDocument
}

/** D is small and changes every four windows, so that every epoch rule is met. */
export async function makeWorld(rules = EVIDENCE_RULES, params: Partial<ProtocolParams> = {}): Promise<World> {
  const crypto = await selectPqBackend()
  const make = async (label: string, seed: number): Promise<Member> => {
    const identity = await identityFromMasterSeed(new Uint8Array(64).fill(seed))
    return { label, identity, signer: await crypto.importSigner(identity.seeds.node) }
  }
  const members = [await make('one', 1), await make('two', 2), await make('three', 3)] as const
  const operators = members.map(({ label, identity }) => {
    return { label, nodePublicKey: identity.publicKeys.node, accountPublicKey: identity.publicKeys.account }
  })
  const document = {
    ...devnetGenesis(operators, rules),
    params: { ...devnetParams, d0: 64, tau2Windows: 4, ...params },
  }
  return { crypto, members, candidate: await make('four', 4), document }
}

/** Whoever may sign for the window after `chain`, the admitted candidate included. */
export function signersOf({ members, candidate }: World, chain: ChainState): Member[] {
  const next = chain.context.window + 1
  return [...members, candidate].filter(({ identity }) => memberOf(chain, identity.nodeId, next))
}

export function memberNamed({ members, candidate }: World, nodeId: Uint8Array | undefined): Member {
  const found = [...members, candidate].find(({ identity }) => nodeId && bytesEqual(identity.nodeId, nodeId))
  if (!found) throw new Error('nobody in this world has that node_id')
  return found
}

export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'montana-node-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
