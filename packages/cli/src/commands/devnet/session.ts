import { join } from 'node:path'
import { MontanaError, toHex } from '@montana/foundation'
import { loadBackend } from '@montana/native'
import { lockDirectory } from '@montana/store'
import type { CliContext } from '../../context.js'
import { startDevnetConsole, stopConsole } from './console.js'
import { admissionOf, creditsOf } from './credits.js'
import type { Display } from './display.js'
import { Drills } from './drills.js'
import { follow } from './follow.js'
import { LateNode } from './late-node.js'
import { type DevnetFiles, openDevnetRoot, prepareDevnet, storedHead } from './layout.js'
import { DevnetMesh } from './mesh.js'
import type { DevnetOptions } from './options.js'
import { startSoak } from './soak.js'
import { soakReasons, soakResult } from './soak-result.js'
import { type DevnetResult, failReasons, nodeResults } from './verdict.js'

/** One run from locking the directory to the verdict; every process it started has ended when it resolves. */
export async function runDevnet(context: CliContext, options: DevnetOptions, display: Display): Promise<DevnetResult> {
  await openDevnetRoot(options.dataDir)
  const lock = lockDirectory(options.dataDir)
  try {
    return await runLocked(context, options, display)
  } finally {
    lock.release()
  }
}

async function runLocked(context: CliContext, options: DevnetOptions, display: Display): Promise<DevnetResult> {
  const startedAtMs = performance.now()
  const { notice } = loadBackend()
  if (notice) context.err(`montana: ${notice}`)
  display.note('preparing identities and genesis')
  const files = await prepareDevnet(options.dataDir, options)
  const onLine = (line: string) => display.note(line)
  const mesh = new DevnetMesh(files, options, onLine)
  const soakPath = join(options.dataDir, 'soak.jsonl')
  const page = startDevnetConsole({ options, files, soakPath, onLine })
  try {
    // A port that was asked for and is taken ends the run before anything of it has begun.
    if (typeof options.console === 'number') await page
    const startHead = storedHead(files)
    armCrashes(mesh, options, startHead)
    const [{ url: console }] = await Promise.all([page, mesh.start(context.signal)])
    failFast(mesh)
    const soak = await startSoak({ mesh, options, path: soakPath, startHead, signal: context.signal, onLine })
    const drills = new Drills(options, mesh.children, startHead, { onLine, onEvent: (event) => soak.note(event) })
    const late = lateNode({ options, files, mesh, startHead, onLine })
    const observed = await follow(context, { options, display, mesh, drills, startHead, console, late })
    const outcome = await soak.stop()
    const credits = creditsOf(files, mesh, startHead + 1, observed.commonWindow)
    const admission = options.enableCandidate ? admissionOf(observed, credits) : undefined
    const observation = { ...observed, admission }
    const nodes = nodeResults(observation)
    const reasons = [...failReasons(observation, nodes), ...soakReasons(outcome?.report)]
    const clock = mesh.children.find(({ status }) => status?.clock.steps_per_second)?.status?.clock
    return {
      verdict: reasons.length === 0 ? 'PASS' : 'FAIL',
      reasons,
      firstWindow: startHead + 1,
      lastWindow: observation.commonWindow,
      windows: observation.commonWindow - startHead,
      durationMs: Math.round(performance.now() - startedAtMs),
      dataDir: options.dataDir,
      genesisHash: toHex(files.genesisHash),
      proposers: credits.proposers,
      confirmers: credits.confirmers,
      clock: { backend: clock?.backend ?? null, stepsPerSecond: clock?.steps_per_second ?? null },
      nodes,
      drills: drills.records,
      soak: outcome && soakResult(outcome),
      console,
    }
  } finally {
    await Promise.all([mesh.stop(), stopConsole(page)])
  }
}

function lateNode({
  options: { join: joining, stallTimeoutMs: waitMs },
  ...rest
}: {
  options: DevnetOptions
  files: DevnetFiles
  mesh: DevnetMesh
  startHead: number
  onLine(line: string): void
}): LateNode | undefined {
  return joining && new LateNode({ join: joining, waitMs, ...rest })
}

/** Crash drills are armed before the node starts: it dies by itself right after that window's commit. */
function armCrashes(mesh: DevnetMesh, { faults }: DevnetOptions, startHead: number): void {
  for (const { kind, target, afterWindows } of faults) {
    if (kind !== 'crash') continue
    mesh.children.find(({ label }) => label === target)?.armCrash(`after-commit@${startHead + afterWindows}`)
  }
}

/** A node that refuses its settings at once makes the whole run pointless. */
function failFast(mesh: DevnetMesh): void {
  const failure = mesh.children.find((child) => child.failure)?.failure
  if (failure)
    throw new MontanaError('NODE_FAILED', failure, { exitCode: 78, remedy: 'mend it, or begin anew with --reset' })
}
