import { dirname, join } from 'node:path'
import { errorMessage, formatTime, isAbort } from '@montana/foundation'
import { buildInfo } from '@montana/node/settings'
import {
  appendDrillEvent,
  createPoller,
  createReport,
  type DrillEvent,
  type PollerOptions,
  type Report,
} from '@montana/soak'
import { leaveReport } from './leave-report.js'
import type { DevnetMesh } from './mesh.js'
import type { DevnetOptions } from './options.js'
import { type DevnetRun, declareRun, REPORT_FOLDER } from './run.js'

export interface SoakOutcome extends DevnetRun {
  readonly path: string
  /** Written by this run. */
  readonly records: number
  /** Null where there is no record to judge. */
  readonly report: Report | null
  /** Where the report is, as data, text and page; null where it could not be written. */
  readonly reportDir: string | null
}

export interface DevnetSoak {
  /** Writes down that a drill began or ended. */
  note(event: DrillEvent): void
  /** Ends the polling and judges the run; null where nothing was polled. */
  stop(): Promise<SoakOutcome | null>
}

interface SoakInit {
  readonly mesh: DevnetMesh
  readonly options: DevnetOptions
  readonly path: string
  readonly startHead: number
  readonly signal: AbortSignal
  onLine(line: string): void
}

/** Declares a run, and appends a health record of all four nodes at every poll, beside it. */
export async function startSoak(init: SoakInit): Promise<DevnetSoak> {
  const { mesh, options, path, startHead, onLine } = init
  if (options.pollEveryMs === 0) return { note: () => {}, stop: async () => null }
  const nodes = mesh.children.map(({ label, dataDir }) => ({ label, dataDir }))
  const run = await declareRun({ soakPath: path, options, nodes, startHead })
  onLine(`soak run ${run.runId.slice(0, 8)}, configuration sha256 ${run.configSha256}`)
  const polling = startPolling(init, nodes, run)
  let events = Promise.resolve()
  return {
    note: (event) => {
      events = events.then(() => appendDrillEvent(path, event)).catch((error) => onLine(`soak: ${errorMessage(error)}`))
    },
    stop: async () => {
      const records = await polling.stop()
      await events
      const report = records === 0 ? null : await judge(path)
      const reportDir = report && (await leaveReport(join(dirname(path), REPORT_FOLDER), report, onLine))
      return { ...run, path, records, report, reportDir }
    },
  }
}

function startPolling(
  { options, path, signal, onLine }: SoakInit,
  nodes: PollerOptions['nodes'],
  { runId }: DevnetRun,
) {
  const controller = new AbortController()
  let records = 0
  const build = { ...buildInfo(), bundle_sha256: null }
  const watching = createPoller({ path, intervalMs: options.pollEveryMs, build, nodes, runId })
    .watch({
      everyMs: options.pollEveryMs,
      signal: AbortSignal.any([signal, controller.signal]),
      onRecord: () => {
        records++
      },
      onError: (error) => onLine(`soak: no record: ${error.message}`),
    })
    .catch((error: unknown) => {
      if (!isAbort(error)) onLine(`soak: ${errorMessage(error)}`)
    })
  const stop = async () => {
    controller.abort()
    await watching
    return records
  }
  return { stop }
}

async function judge(path: string): Promise<Report> {
  const { version, revision } = buildInfo()
  const build = revision === null ? version : `${version} ${revision}`
  const generatedAt = formatTime(Date.now())
  return await createReport({ files: [path], generatedAt, command: 'montana devnet', build })
}
