/** What stands beside a soak file for its run: spec operations 1. */
export interface RunPaths {
  /** `montana.run/1`, written once, before the first poll. */
  readonly run: string
  /** Beginnings and ends of drills, one JSON object per line. */
  readonly drills: string
}

export function runPaths(soakPath: string): RunPaths {
  const stem = soakPath.replace(/\.jsonl$/, '')
  return { run: `${stem}.run.json`, drills: `${stem}.drills.jsonl` }
}
