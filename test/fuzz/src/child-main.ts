import { constants, setPriority } from 'node:os'
import { errorMessage } from '@montana/foundation'
import type { ChildJob, ChildMessage } from './cli/child-message.js'
import { runChild } from './cli/run-child.js'

// A search gives way to everything else on the host.
setPriority(constants.priority.PRIORITY_LOW)

const say = (message: ChildMessage): void => {
  process.send?.(message)
}

process.once('message', async (job) => {
  try {
    say({ report: await runChild(job as ChildJob, say) })
  } catch (error) {
    say({ error: error instanceof Error ? (error.stack ?? error.message) : errorMessage(error) })
  }
  process.disconnect()
})
