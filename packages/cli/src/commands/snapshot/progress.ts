import type { SnapshotProgress } from '@montana/node'
import { ProgressLine } from '../../progress-line.js'

const EVERY_MS = 250
const MEGABYTE = 1_000_000

/** Runs `work` with a line on the terminal that is gone when it ends. */
export async function withProgress<T>(
  quiet: boolean | undefined,
  work: (onProgress: (progress: SnapshotProgress) => void) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine(process.stderr.isTTY === true && !quiet)
  let nextAtMs = 0
  const onProgress = (progress: SnapshotProgress) => {
    if (performance.now() < nextAtMs) return
    nextAtMs = performance.now() + EVERY_MS
    line.show(textOf(progress))
  }
  return await work(onProgress).finally(() => line.clear())
}

function textOf({ step, done, of }: SnapshotProgress): string {
  const percent = of === 0 ? 100 : Math.floor((100 * done) / of)
  if (step === 'writing') return `${step}: ${done} of ${of} records, ${percent} %`
  return `${step}: ${Math.floor(done / MEGABYTE)} of ${Math.floor(of / MEGABYTE)} MB, ${percent} %`
}
