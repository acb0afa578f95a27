import { decodeSnapshotManifestResponse, encodeSnapshotManifestResponse } from '@montana/network'
import type { Staging } from '@montana/store'
import { SyncError } from '../errors.js'
import { type Anchor, decodeAnchor } from '../trust/anchor.js'
import { trustAnchor } from '../trust/trust.js'
import { type AnchorModules, passesOver, type TrustedAnchor } from './anchors.js'

/** Begins anew with this anchor; what was staged of another one is gone. */
export function stageAnchor(staging: Staging, { manifest, envelope, certificate, window }: Anchor): void {
  staging.begin({ window, manifest: encodeSnapshotManifestResponse(manifest), envelope, certificate })
}

/**
 * What an earlier process had begun with, if it is trusted still: its header is judged again, nothing of the judgement is
 * taken over. What is not trusted any more is discarded.
 */
export async function stagedAnchor(staging: Staging, modules: AnchorModules): Promise<TrustedAnchor | undefined> {
  const target = staging.target()
  if (!target) return undefined
  if (target.window <= modules.above || passesOver(target.window, modules)) return discarded(staging)
  try {
    const manifest = decodeSnapshotManifestResponse(target.manifest, { window: target.window })
    const anchor = decodeAnchor({ ...target, manifest })
    return { anchor, trust: await trustAnchor(anchor, modules, modules.trust), source: undefined }
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    return discarded(staging)
  }
}

function discarded(staging: Staging): undefined {
  staging.discard()
}
