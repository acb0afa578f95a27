import { errorMessage } from '@montana/foundation'
import type { ChildJob, ChildMessage } from './cli/child-message.js'
import { runChild } from './cli/run-child.js'

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
