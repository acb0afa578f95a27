/** What a mesh of five must keep after faults: issue 11. */
export const BOUNDS = {
  /** From the start of a process to its answer that it is ready. */
  readyMs: 10_000,
  /** From the end of the last fault to a new window on every node; of one that was restarted, from when it was ready. */
  healingWindows: 3,
  /** Of the weight that must stand behind a window. */
  quorumPercent: 67,
  /** A window whose votes were on their way when the quorum was lost. */
  windowsInFlight: 1,
  /** Nodes that are ended together are not ended at one instant. */
  windowsApartAtEnd: 1,
} as const

/** What a mesh is to reach: told, and no rule. Of reliability 11 and 14. */
export const GOALS = {
  /** Of the side that has a quorum in a partition, and how often, how long each is to last. */
  majorityGapWindows: 2,
  partitions: 100,
  partitionSeconds: 60,
  /** At each step of a rolling upgrade, and how often five nodes are to be upgraded. */
  upgradeGapWindows: 1,
  upgrades: 50,
} as const

/** A run that did less has shown nothing and is void. */
export const LEAST = {
  /** Of the windows that the time had room for. */
  windowShare: 0.25,
  windows: 5,
  /** Of the planned faults; the rest may fall to a slow host, but for the last one of its kind. */
  faultShare: 0.6,
  faults: 1,
  /** Of one node, mean over the run; five are tried. */
  readsPerSecond: 1,
} as const
