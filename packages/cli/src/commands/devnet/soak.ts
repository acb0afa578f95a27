import { errorMessage, isAbort } from '@montana/foundation'
import { buildInfo } from '@montana/node/settings'
import { createPoller } from '@montana/soak'
import type { DevnetMesh } from './mesh.js'
import type { DevnetOptions } from './options.js'

export interface DevnetSoak {
  /** Ends the polling; resolves to the number of records written by this run. */
  stop(): Promise<number>
}

interface SoakInit {
  readonly mesh: DevnetMesh
  readonly options: DevnetOptions
  readonly path: string
  readonly signal: AbortSignal
  onLine(line: string): void
}

/** Appends a health record of all four nodes at every poll, beside the run. */
export function startSoak({ mesh, options, path, signal, onLine }: SoakInit): DevnetSoak {
  if (options.pollEveryMs === 0) return { stop: async () => 0 }
  const controller = new AbortController()
  let records = 0
  const poller = createPoller({
    path,
    intervalMs: options.pollEveryMs,
    build: { ...buildInfo(), bundle_sha256: null },
    nodes: mesh.children.map(({ label, dataDir }) => ({ label, dataDir })),
  })
  const watching = poller
    .watch({
      everyMs: options.pollEveryMs,
      signal: AbortSignal.any([signal, controller.signal]),
      onRecord: () => {
        records++
      },
      onError: (error) => onLine(`soak: no record: ${error.message}`),
    })
    .catch((error: unknown) => {
      if (!isAbort(error)) onLine(`soak: ${errorMessage(error)}`)
    })
  return {
    stop: async () => {
      controller.abort()
      await watching
      return records
    },
  }
}
