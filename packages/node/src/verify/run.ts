import { createSignatureVerifier, selectPqBackend } from '@montana/crypto'
import { concatBytes, systemRandom } from '@montana/foundation'
import { hasherOf } from '@montana/ledger'
import { type HashBackend, loadBackend } from '@montana/native'
import { locateStores } from './locate.js'
import type { SegmentVerifier, StoresReport, VerifyModules } from './types.js'
import { verifyStores } from './verify-stores.js'

export type VerifyOptions = Pick<VerifyModules, 'policy' | 'signal' | 'onProgress' | 'onWindow'> & {
  readonly dataDir: string
  /** One loud line, for example that the slow clock is in use. */
  notice(line: string): void
}

/**
 * Proves the store of a data directory, or those of a devnet's, with the backends of this host. Writes nothing there.
 * Throws ConfigError `NO_STORE` (exit 78) before anything else is started.
 */
export async function verifyDataDir(options: VerifyOptions): Promise<StoresReport> {
  const { dataDir, notice, ...modules } = options
  const targets = locateStores(dataDir)
  const { backend, notice: slow } = loadBackend()
  if (slow) notice(slow)
  const crypto = await selectPqBackend()
  try {
    return await verifyStores(targets, {
      ...modules,
      verifySignature: createSignatureVerifier(crypto),
      verifySegments: segmentVerifier(backend),
      random: systemRandom,
      hasher: hasherOf(backend),
    })
  } finally {
    await crypto.close()
  }
}

/** Many windows in one call: interleaved on the lanes of every core. */
export function segmentVerifier(backend: HashBackend): SegmentVerifier {
  return (segments, signal) => {
    const starts = concatBytes(...segments.map(({ start }) => start))
    const ends = concatBytes(...segments.map(({ end }) => end))
    return backend.verifySegments({ starts, ends, steps: segments.map(({ steps }) => steps), signal })
  }
}
