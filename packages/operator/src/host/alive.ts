import { readRunFile } from '@montana/node/settings'
import { PATHS, within } from './layout.js'

/** Whether the process that the run file of the data directory names is there. */
export async function isNodeRunning(root: string): Promise<boolean> {
  const run = await readRunFile(within(root, PATHS.state))
  if (!run) return false
  try {
    process.kill(run.pid, 0)
    return true
  } catch {
    return false
  }
}
