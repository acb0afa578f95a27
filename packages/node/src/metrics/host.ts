import type { MetricsRegistry } from '@montana/foundation'
import { gauge } from './kinds.js'

/** The process and its host, as the status page has them. */
export function createHostMetrics(registry: MetricsRegistry) {
  return {
    residentMemory: gauge(registry, 'montana_resident_memory_bytes', 'Resident set size of this process'),
    loopDelay: gauge(
      registry,
      'montana_event_loop_delay_p99_seconds',
      'p99 by which timers came late, over the last minute',
    ),
    openFiles: gauge(registry, 'montana_open_files', 'Open file descriptors of this process'),
    load: gauge(registry, 'montana_load1', 'Load average of the host over one minute'),
    cores: gauge(registry, 'montana_cores', 'Processors of the host'),
    memoryTotal: gauge(registry, 'montana_memory_total_bytes', 'Memory of the host'),
    swapUsed: gauge(registry, 'montana_swap_used_bytes', 'Swap in use on the host'),
    diskFree: gauge(registry, 'montana_disk_free_bytes', 'Free space on the disk of the store'),
    diskTotal: gauge(registry, 'montana_disk_total_bytes', 'Size of the disk of the store'),
    inodesFree: gauge(registry, 'montana_inodes_free', 'Free inodes on the disk of the store'),
    inodesTotal: gauge(registry, 'montana_inodes_total', 'Inodes of the disk of the store'),
    pressure: registry.gauge({
      name: 'montana_psi_ratio',
      help: 'Share of the last ten seconds in which work waited for a resource',
      labels: ['resource', 'kind'] as const,
    }),
  }
}
