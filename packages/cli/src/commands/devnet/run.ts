import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@montana/foundation'
import {
  archiveRun,
  type Claim,
  type Component,
  type PollerOptions,
  runDocument,
  timeScaleOf,
  writeRunDocument,
} from '@montana/soak'
import { plannedDrills } from './drills.js'
import type { DevnetOptions } from './options.js'

/** Rows of spec operations 8 that a devnet has something to say about … */
const CLAIMED: readonly Component[] = [
  'Noise_PQ XX transport',
  'Soak watchdog',
  'Follower drift fix',
  'Multi-confirmer quorum',
]
/** … and those whose components it does not have. */
const ABSENT: readonly Component[] = [
  'Genesis manifest auto-sync',
  'VPN key auto-sync',
  'Explorer auto-discovery',
  'External operator onboarding',
  'Fast-sync M7',
]

/** Below the data directory; `montana console` shows what is in it. */
export const REPORT_FOLDER = 'report'

export interface DevnetRun {
  readonly runId: string
  /** Of the run document, hex. */
  readonly configSha256: string
}

interface DeclareRun {
  readonly soakPath: string
  readonly options: DevnetOptions
  readonly nodes: PollerOptions['nodes']
  readonly startHead: number
}

/** Moves the run before away and writes down, before the first poll, by what this one is to be judged. */
export async function declareRun({ soakPath, options, nodes, startHead }: DeclareRun): Promise<DevnetRun> {
  await archiveReport(options.dataDir, await archiveRun(soakPath, join(options.dataDir, 'soak-runs')))
  const runId = randomUUID()
  const document = await runDocument({
    runId,
    createdAtMs: Date.now(),
    intervalMs: options.pollEveryMs,
    options: { nodes },
    settings: {
      time_scale: timeScaleOf(options.pollEveryMs),
      pq_only: true,
      collector_node: null,
      claims: claims(),
      drills: plannedDrills(options.faults, startHead),
    },
  })
  return { runId, configSha256: await writeRunDocument(soakPath, document) }
}

/** The report of the run before goes with its records. */
async function archiveReport(dataDir: string, archive: string | undefined): Promise<void> {
  const report = join(dataDir, REPORT_FOLDER)
  if (archive === undefined) return await rm(report, { recursive: true, force: true })
  await rename(report, join(archive, REPORT_FOLDER)).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error
  })
}

function claims(): Claim[] {
  const of = (state: Claim['state']) => (component: Component) => ({ component, state, claim: '', span_s: null })
  return [...CLAIMED.map(of('claimed')), ...ABSENT.map(of('absent'))]
}
