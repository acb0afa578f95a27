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
  type VerifyModules,
} from '@montana/fleet'
import { toHex } from '@montana/foundation'
import { accountIdOf, type GenesisDocument, nodeIdOf } from '@montana/ledger'
import { PATHS, within } from './host/layout.js'

export interface JudgedManifest {
  /** The one that is to be in force: signed by the operators, within its dates, its content obeys the rules. */
  readonly manifest: VerifiedDocument<ManifestDocument>
  /** False: it is in force here already. */
  readonly isNewManifest: boolean
  /** Puts it in force, below the state folder of the fleet. */
  adoptManifest(): Promise<void>
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
  const backend = await selectPqBackend()
  try {
    return await judge(bytes, init, { trust: init.trust, verify: createSignatureVerifier(backend) })
  } finally {
    await backend.close()
  }
}

async function judge(
  bytes: Uint8Array,
  { root, genesis, nowMs }: JudgeInit,
  modules: VerifyModules,
): Promise<JudgedManifest> {
  const kind = manifestKind(membersOf(genesis))
  const stateDir = within(root, PATHS.fleet)
  const store = await DocumentStore.open({ kind, stateDir, modules, files: sharedFiles('manifest') })
  const judged = await store.judge(bytes, nowMs).catch((error: unknown) => olderThan(error, store.current))
  const { verified: manifest, isNew: isNewManifest } = judged
  checkDates(manifest.document, nowMs)
  return { manifest, isNewManifest, adoptManifest: async () => await store.adopt(manifest) }
}

function olderThan(error: unknown, current: VerifiedDocument<ManifestDocument> | null) {
  if (current && error instanceof FleetError && error.code === 'DOC_ROLLBACK')
    return { verified: current, isNew: false }
  throw error
}

function membersOf({ operators }: GenesisDocument) {
  return operators.map(({ label, suiteId, nodePublicKey, accountPublicKey }) => ({
    label,
    nodeIdHex: toHex(nodeIdOf(nodePublicKey)),
    accountIdHex: toHex(accountIdOf(suiteId, accountPublicKey)),
  }))
}
