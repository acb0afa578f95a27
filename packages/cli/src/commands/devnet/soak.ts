import type { DevnetMesh } from './mesh.js'
import type { DevnetOptions } from './options.js'

export interface DevnetSoak {
  stop(): Promise<number>
}

interface SoakInit {
  readonly mesh: DevnetMesh
  readonly options: DevnetOptions
  readonly path: string
  readonly signal: AbortSignal
  onLine(line: string): void
}

export function startSoak(_init: SoakInit): DevnetSoak {
  return { stop: async () => 0 }
}
