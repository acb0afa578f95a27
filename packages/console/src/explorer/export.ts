import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigError, errorMessage, systemTime, type TimeSource, writeFileDurably } from '@montana/foundation'
import type { NodeSource } from '@montana/soak/formats'
import { sampleNode } from '../mesh/probe.js'
import { ReportFile } from '../soak/report.js'
import { explorerData } from './data.js'
import { type ExplorerData, explorerSchema } from './schema.js'
import { parseSeen, withSamples } from './seen.js'

/** A web server reads it; the cache is for the next export alone. */
const PUBLISHED_MODE = 0o644
const CACHE_MODE = 0o600
const CACHE_FILE = 'seen.json'

export interface ExportOptions {
  readonly nodes: readonly NodeSource[]
  /** Where data.json is published; the cache stands beside it. */
  readonly out: string
  /** Reports are looked for beside it. */
  readonly soakPath: string
  readonly signal: AbortSignal
  readonly time?: TimeSource
}

/** Asks all nodes once and publishes what they say in one step; throws ConfigError where it cannot be written. */
export async function exportExplorer(options: ExportOptions): Promise<ExplorerData> {
  const { nodes, out, soakPath, signal, time = systemTime } = options
  const cache = join(dirname(out), CACHE_FILE)
  const [samples, before, findingsCritical] = await Promise.all([
    Promise.all(nodes.map((node) => sampleNode(node, signal))),
    readFile(cache, 'utf8').catch(() => ''),
    openCriticals(dirname(soakPath)),
  ])
  const nowMs = time.wallMs()
  const seen = withSamples(parseSeen(before), samples, nowMs / 1_000)
  const data = explorerSchema.parse(explorerData({ samples, seen, nowMs, findingsCritical }))
  await publish(out, data, PUBLISHED_MODE)
  await publish(cache, seen, CACHE_MODE)
  return data
}

async function publish(path: string, document: unknown, mode: number): Promise<void> {
  await writeFileDurably(path, `${JSON.stringify(document)}\n`, mode).catch((error: unknown) => {
    throw new ConfigError(`${path} cannot be written: ${errorMessage(error)}`, {
      field: 'out',
      remedy: 'name a file in a folder that this user may write, with --out',
      cause: error,
    })
  })
}

/** Of the newest daily report, else of the one beside the soak file; null where there is none. */
async function openCriticals(folder: string): Promise<number | null> {
  const days = (await readdir(join(folder, 'reports')).catch(() => [])).filter((name) => /^\d{4}-\d\d-\d\d$/.test(name))
  const latest = days.sort().at(-1)
  const report = await new ReportFile(latest ? join(folder, 'reports', latest) : join(folder, 'report')).read()
  return report?.summary?.critical ?? null
}
