import { parseFlags, RUN_FLAGS, type RunOptions, runOf } from '@montana/chaos/program'

export const USAGE = 'usage: npm run chaos -- --plane service [--minutes M] [--seed S] [--json]'

/** Throws UsageError. */
export function readPlaneOptions(args: readonly string[]): RunOptions {
  return runOf(parseFlags(args, RUN_FLAGS, USAGE))
}
