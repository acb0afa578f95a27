import { readFile } from 'node:fs/promises'
import { errorMessage, type MetricsRegistry, noMetrics, TextMetrics, writeFileDurably } from '@montana/foundation'
import type { CliContext } from '../../context.js'

export const METRICS_FILE_FLAG = [
  '--metrics-file <file>',
  'leave the metrics of this run there, for the metricsFiles of a node; counters go on from what it holds',
] as const

/** For the node's user, whatever the umask of a unit. */
const MODE = 0o644

/** Runs `work` with metrics that are left in `file`, also when it throws. A file that cannot be written is no failure of the work. */
export async function withMetricsFile<T>(
  context: CliContext,
  file: string | undefined,
  work: (metrics: MetricsRegistry) => Promise<T>,
): Promise<T> {
  if (file === undefined) return await work(noMetrics)
  const metrics = new TextMetrics(await readFile(file, 'utf8').catch(() => ''))
  try {
    return await work(metrics)
  } finally {
    await writeFileDurably(file, metrics.toString(), MODE).catch((error: unknown) => {
      context.err(`warning: metrics could not be left in ${file}: ${errorMessage(error)}`)
    })
  }
}
