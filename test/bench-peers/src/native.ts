import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { errorMessage } from '@montana/foundation'

export interface OpensslLoop {
  run(seed: Uint8Array, steps: number): Uint8Array
}

/** The bench-only addon: test/bench-peers/native. */
export interface BenchNative {
  OpensslLoop: { open(symbol: string): OpensslLoop }
  dependentRoundsNs(repeats: number): number | null
}

/** The addon, or why it is not there. */
export function loadBenchNative(): { native?: BenchNative; reason?: string } {
  const { platform, arch } = process
  const variant = platform === 'linux' ? '-gnu' : ''
  const file = `../native/montana-bench-native.${platform}-${arch}${variant}.node`
  try {
    return { native: createRequire(import.meta.url)(fileURLToPath(new URL(file, import.meta.url))) as BenchNative }
  } catch (error) {
    return { reason: errorMessage(error).split('\n', 1)[0] ?? '' }
  }
}
