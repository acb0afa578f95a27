import { parentPort, workerData } from 'node:worker_threads'
import { errorMessage } from '@montana/foundation'
import { applyPatch } from '../planted/patch.js'
import type { SourcePatch } from '../planted/source-patch.js'
import type { Job } from './job.js'

const { patches } = workerData as { patches: readonly SourcePatch[] }
for (const patch of patches) applyPatch(patch)
// Only now may the engine be loaded: a planted bug is patched into it on the way in.
const { runJob } = await import('./run-job.js')

parentPort?.on('message', (job: Job) => {
  try {
    parentPort?.postMessage({ result: runJob(job) })
  } catch (error) {
    parentPort?.postMessage({
      failure: `seed ${job.seed}: ${error instanceof Error ? error.stack : errorMessage(error)}`,
    })
  }
})
