import { createHash } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { canonicalJson, systemTime, type TimeSource } from '@montana/foundation'
import { bootId } from './journal/holder.js'
import type { PollerOptions } from './options.js'
import type { SoakRecord } from './record/schema.js'

const NS_PER_MS = 1e6
/** A host name would tell where the watchdog runs; an operator who wants one configures it. */
const DEFAULT_HOST = 'collector'

/** Counts since boot, not since the start of this process: polls of different processes must be comparable. */
export const bootTime: TimeSource = {
  wallMs: systemTime.wallMs,
  monotonicMs: () => Number(process.hrtime.bigint()) / NS_PER_MS,
}

/** What the record says about the process that polls; its configuration is the run document where there is one. */
export async function collectorFacts(
  options: PollerOptions,
  intervalMs: number,
  runSha256: string | undefined,
): Promise<SoakRecord['collector']> {
  const disk = await statfs(dirname(options.path)).catch(() => undefined)
  return {
    host: options.host ?? DEFAULT_HOST,
    build: options.build ?? null,
    boot_id: await bootId(),
    disk_free: disk ? disk.bavail * disk.bsize : null,
    inodes_free: disk ? disk.ffree : null,
    config_sha256: runSha256 ?? configHash(options, intervalMs),
  }
}

/** Of what decides how a run is measured: who is asked, how often, for how long. */
function configHash({ nodes, deadlineMs, host }: PollerOptions, intervalMs: number): string {
  const config = {
    nodes: nodes.map((node) => ({
      label: node.label,
      host: node.host ?? node.label,
      via: 'ssh' in node ? 'ssh' : 'http',
    })),
    interval_ms: intervalMs,
    deadline_ms: deadlineMs ?? null,
    host: host ?? null,
  }
  return createHash('sha256').update(canonicalJson(config)).digest('hex')
}
