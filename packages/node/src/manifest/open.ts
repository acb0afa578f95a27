import { createSignatureVerifier, selectPqBackend } from '@montana/crypto'
import { systemTime } from '@montana/foundation'
import { SignedManifest } from './signed.js'
import type { ManifestModules, ManifestSettings, ManifestSource } from './types.js'
import { UnsignedManifest } from './unsigned.js'

/** With a trust root only what the operators signed is taken; without one the file is read as a base manifest. */
export async function openManifest(settings: ManifestSettings, modules: ManifestModules): Promise<ManifestSource> {
  const { operatorsPath } = settings
  if (operatorsPath === undefined) return await UnsignedManifest.open(settings)
  return await SignedManifest.open(settings, modules, operatorsPath)
}

/** As {@link openManifest} before anything else is open; the result is only looked at. */
export async function inspectManifest(settings: ManifestSettings): Promise<ManifestSource> {
  if (settings.operatorsPath === undefined) return await UnsignedManifest.open(settings)
  const backend = await selectPqBackend()
  try {
    return await openManifest(settings, { verify: createSignatureVerifier(backend), time: systemTime })
  } finally {
    await backend.close()
  }
}
