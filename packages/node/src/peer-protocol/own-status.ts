import { ZERO_HASH } from '@montana/consensus'
import { type OwnStatus, ROLE, STATUS_FLAG } from '@montana/network'
import type { ReadStore } from '@montana/store'
import type { Phase } from '../runtime/phase.js'

export interface OwnStatusFacts {
  readonly genesisHash: Uint8Array
  readonly phase: Phase
  readonly isBootstrap: boolean
  readonly isSyncing: boolean
  /** The newest that is served, 0 = none. */
  readonly snapshotWindow: number
  readonly version: string
}

const ROLES: Readonly<Record<Phase, number>> = {
  Bootstrap: ROLE.observer,
  CandidateVdf: ROLE.candidate,
  Registered: ROLE.registered,
  Active: ROLE.active,
}

/** What peers are told about this node; a claim that steers whom they ask. */
export function ownStatusMessage(store: ReadStore, facts: OwnStatusFacts): OwnStatus {
  const head = store.head()
  const { phase, isBootstrap, genesisHash, snapshotWindow, version } = facts
  return {
    genesisHash,
    window: head?.window ?? 0,
    headerHash: head && head.window > 0 ? head.proposalHash : ZERO_HASH,
    stateRoot: head?.stateRoot ?? ZERO_HASH,
    oldestWindow: store.oldestWindow() ?? 0,
    snapshotWindow,
    role: phase === 'Active' && isBootstrap ? ROLE.bootstrap : ROLES[phase],
    flags: flagsOf(facts),
    build: `montana/${version}`,
  }
}

function flagsOf({ isSyncing, snapshotWindow }: OwnStatusFacts): number {
  const syncing = isSyncing ? STATUS_FLAG.syncing : 0
  return syncing | (snapshotWindow > 0 ? STATUS_FLAG.servesSnapshots : 0) | STATUS_FLAG.servesProofs
}
