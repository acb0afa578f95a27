import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigError, errorMessage, systemTime, type TimeSource, writeFileDurably } from '@montana/foundation'
import type { NodeSource } from '@montana/soak/formats'
import { sampleNode } from '../mesh/probe.js'
import type { Sample } from '../mesh/status.js'
import { ReportFile } from '../soak/report.js'
import { explorerData } from './data.js'
import { ledgerFacts } from './ledger-facts.js'
import { type ExplorerData, explorerSchema } from './schema.js'
import { parseSeen, withSamples } from './seen.js'
import { missingPageFiles } from './static-page.js'

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
  /** Whether the page that shows data.json is put beside it. */
  readonly page?: boolean
  /** Folder of that page as it was built; that of this package by default. */
  readonly pageDir?: string
  readonly signal: AbortSignal
  readonly time?: TimeSource
}

/** Asks all nodes once and publishes what they say in one step; throws ConfigError where it cannot be written. */
export async function exportExplorer(options: ExportOptions): Promise<ExplorerData> {
  const { nodes, out, soakPath, page = false, pageDir, signal, time = systemTime } = options
  const cache = join(dirname(out), CACHE_FILE)
  const [samples, before, findingsCritical] = await Promise.all([
    Promise.all(nodes.map((node) => sampleNode(node, signal))),
    readFile(cache, 'utf8').catch(() => ''),
    openCriticals(dirname(soakPath)),
  ])
  const ledger = await ledgerFacts(headOf(samples)?.source, signal)
  const nowMs = time.wallMs()
  const seen = withSamples(parseSeen(before), samples, nowMs / 1_000)
  const data = explorerSchema.parse(explorerData({ samples, seen, nowMs, findingsCritical, ledger }))
  await publish(out, jsonLine(data), PUBLISHED_MODE)
  await publish(cache, jsonLine(seen), CACHE_MODE)
  if (page) await publishPage(dirname(out), pageDir)
  return data
}

/** The first of those with the highest window; undefined where nobody answers. */
function headOf(samples: readonly Sample[]): Sample | undefined {
  const windows = samples.map(({ status }) => status?.window ?? -1)
  const highest = Math.max(-1, ...windows)
  return highest < 0 ? undefined : samples[windows.indexOf(highest)]
}

function jsonLine(document: unknown): string {
  return `${JSON.stringify(document)}\n`
}

async function publishPage(folder: string, pageDir: string | undefined): Promise<void> {
  for (const { name, bytes } of await missingPageFiles(folder, pageDir))
    await publish(join(folder, name), bytes, PUBLISHED_MODE)
}

async function publish(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await writeFileDurably(path, content, mode).catch((error: unknown) => {
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
