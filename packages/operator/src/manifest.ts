import { createSignatureVerifier, selectPqBackend } from '@montana/crypto'
import {
  checkDates,
  DocumentStore,
  FleetError,
  type ManifestDocument,
  manifestKind,
  sharedFiles,
  type TrustRoot,
  type VerifiedDocument,
  withSyncLock,
} from '@montana/fleet'
import type { GenesisDocument } from '@montana/ledger'
import { genesisMembers } from '@montana/node/genesis-members'
import { PATHS, within } from './host/layout.js'

const MANIFEST = 'manifest'

export interface JudgedManifest {
  /** The one that is to be in force: signed by the operators, within its dates, its content obeys the rules. */
  readonly manifest: VerifiedDocument<ManifestDocument>
  /** False: it is in force here already. */
  readonly isNewManifest: boolean
  /** Puts it in force, below the state folder of the fleet. */
  adoptManifest(signal: AbortSignal): Promise<void>
}

interface JudgeInit {
  readonly root: string
  readonly trust: TrustRoot
  readonly genesis: GenesisDocument
  readonly nowMs: number
}

/**
 * A manifest against what this host has accepted before: spec operations 11.2. The newer of the two counts, so that a run
 * with the files of the first one does not take back what was synced since.
 */
export async function judgeManifest(bytes: Uint8Array, init: JudgeInit): Promise<JudgedManifest> {
  const { verified: manifest, isNew: isNewManifest } = (await judge(bytes, init)).judgement
  checkDates(manifest.document, init.nowMs)
  return { manifest, isNewManifest, adoptManifest: async (signal) => await adopt(bytes, init, signal) }
}

/** Judged anew: while the plan waited for its answer, the sync job may have put a newer one in force. */
async function adopt(bytes: Uint8Array, init: JudgeInit, signal: AbortSignal): Promise<void> {
  const work = async () => {
    const { store, judgement } = await judge(bytes, init)
    if (judgement.isNew) await store.adopt(judgement.verified)
  }
  await withSyncLock(within(init.root, PATHS.fleet), MANIFEST, work, signal)
}

async function judge(bytes: Uint8Array, { root, trust, genesis, nowMs }: JudgeInit) {
  const backend = await selectPqBackend()
  try {
    const modules = { trust, verify: createSignatureVerifier(backend) }
    const kind = manifestKind(genesisMembers(genesis))
    const stateDir = within(root, PATHS.fleet)
    const store = await DocumentStore.open({ kind, stateDir, modules, files: sharedFiles(MANIFEST) })
    const judgement = await store.judge(bytes, nowMs).catch((error: unknown) => olderThan(error, store.current))
    return { store, judgement }
  } finally {
    await backend.close()
  }
}

function olderThan(error: unknown, current: VerifiedDocument<ManifestDocument> | null) {
  if (current && error instanceof FleetError && error.code === 'DOC_ROLLBACK')
    return { verified: current, isNew: false }
  throw error
}
