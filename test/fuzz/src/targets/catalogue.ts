import type { Target } from './target.js'

/** Modules of targets, loaded once the instrumentation is in place. */
const GROUPS: Readonly<Record<string, () => Promise<readonly Target[]>>> = {
  ledger: async () => (await import('./ledger.js')).targets(),
  network: async () => (await import('./network.js')).targets(),
  store: async () => (await import('./store.js')).targets(),
  documents: async () => (await import('./documents.js')).targets(),
  failover: async () => (await import('./failover.js')).targets(),
  mirror: async () => (await import('./mirror.js')).targets(),
  soak: async () => (await import('./soak.js')).targets(),
  consensus: async () => (await import('./consensus.js')).targets(),
}

export const GROUP_NAMES: readonly string[] = Object.keys(GROUPS)

export async function targetsOf(group: string): Promise<readonly Target[]> {
  return (await GROUPS[group]?.()) ?? []
}
