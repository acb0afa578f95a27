import type { Sample } from '../analysis/run-data.js'

/** A sample of which nothing was measured. */
export function blankSample(seq: number, tsMs: number | null): Sample {
  return {
    ...{ seq, tsMs, reachable: false, error: null, instance: null, startMs: null, uptimeS: null },
    ...{ restarts: null, result: null, phase: null, window: null, lag: null, headerHash: null, stateRoot: null },
    ...{ commonHeaderHash: null, commonStateRoot: null, build: null, bundle: null, manifest: null, roster: null },
    ...{ clockOffsetMs: null, clockErrorMs: null, timeSynced: null, load1: null, cores: null, memTotal: null },
    ...{ memUsed: null, swapUsed: null, rss: null, cgCurrent: null, diskFree: null, diskTotal: null },
    ...{ inodesFree: null, inodesTotal: null, psiMemFull: null, psiCpuSome: null, eldP99Ms: null },
    ...{ degraded: [], peers: [], jobs: [] },
  }
}
