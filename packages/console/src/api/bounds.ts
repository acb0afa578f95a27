/**
 * Bounds of the alerts, by which the page marks too: those of soak/thresholds.v1.json for one moment (spec operations 5).
 */
export const LAG_WARN = 1
export const LAG_CRITICAL = 10
export const DISK_FREE_MIN = 0.1
export const INODES_FREE_MIN = 0.05
export const LOAD_PER_CORE_MAX = 2
export const SWAP_MAX = 0.3
export const PSI_MEM_MAX_PERCENT = 5
