/** Spec three-mirror 1.2, 2, 4 to 7; milliseconds where the name says so. */
export const DEFAULT_CONFIG_PATH = '/etc/montana/failover.yaml'
export const DEFAULT_REGISTRY_PATH = '/etc/montana/registry.json'
export const DEFAULT_STATE_DIR = '/var/lib/montana-failover'
export const DEFAULT_CHANNEL_PORT = 19_333
export const DEFAULT_STATUS_HOST = '127.0.0.1'
export const DEFAULT_STATUS_PORT = 8889

/** A group of five takes 2 KiB; whatever is larger is not a configuration. */
export const CONFIG_BYTES_MAX = 64 * 1024
/** Enough to share a block between services; a file that grows by aliases is refused. */
export const YAML_ALIASES_MAX = 100

/** A witness keeps the posts of so many hosts (7.3). */
export const HOSTS_MAX = 64

export const MAX_RECOVERY_MS = 10_000
export const ISOLATE_AFTER_MS = 2000
export const KILL_BUDGET_MS = 500
export const STARTUP_DELAY_MS = 3000
export const MAX_LAG_MS = 24_000
export const HOLD_DOWN_MS = 30_000

/** Between the last moment of the old leader and the first of the new one (5.4): a leader asks every 0.5 s. */
export const OVERLAP_MARGIN_MS = 500

/** A healthy leader must survive the re-election of etcd; 5 s no longer fits the bound (6.2). */
export const ETCD_TTL_SECONDS = 4
export const ETCD_ACQUIRE_MS = 500
/** How much longer than its TTL a lease may live: etcd elsewhere, or on the hosts whose death is at issue (6.2). */
export const ETCD_EXPIRY_MS = { apart: 500, shared: 3000 } as const

/** Staleness of a fast witness is that of a peer, but never more than this (7.3). */
export const FAST_STALENESS_MAX_MS = 4000
/** A git witness is asked every 5 s, each operation may take 3 s; it is stale after missing two rounds (7.3). */
export const GIT_INTERVAL_MS = 5000
export const GIT_OPERATION_MS = 3000
export const GIT_STALENESS_MS = 2 * GIT_INTERVAL_MS + GIT_OPERATION_MS
