import { join } from 'node:path'
import { isAbort, MontanaError, sleep, toHex } from '@montana/foundation'
import { lockDirectory } from '@montana/store'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { type Display, lineDisplay, silentDisplay, tableDisplay } from './display.js'
import { Drills } from './drills.js'
import { openDevnetRoot, prepareDevnet, storedHead } from './layout.js'
import { DevnetMesh } from './mesh.js'
import { addDevnetFlags, type DevnetOptions, readDevnetOptions } from './options.js'
import { startSoak } from './soak.js'
import { type DevnetResult, failReasons, nodeResults, type Observation } from './verdict.js'

const FAILED = 1

export function devnetCommand(context: CliContext): Command {
  const command = new Command('devnet').description(
    'four nodes on this machine: three genesis operators and an observer',
  )
  return addDevnetFlags(command).action(async (_, self: Command) => {
    const options = readDevnetOptions(context, self)
    await openDevnetRoot(options.dataDir)
    const lock = lockDirectory(options.dataDir)
    try {
      const result = await runDevnet(context, options, chooseDisplay(context, self, options))
      if (options.json) context.json(result)
      else for (const reason of result.reasons) context.err(`FAIL: ${reason}`)
      if (!options.json && options.windows !== undefined) context.out(summary(result))
      if (result.verdict === 'FAIL') context.exit(FAILED)
    } finally {
      lock.release()
    }
  })
}

function chooseDisplay(context: CliContext, command: Command, options: DevnetOptions): Display {
  const { quiet, color } = command.optsWithGlobals<{ quiet?: boolean; color?: boolean }>()
  if (options.json || quiet) return silentDisplay
  const write = (text: string) => void process.stdout.write(text)
  return context.isTerminal ? tableDisplay(write, color !== false) : lineDisplay(write)
}

function summary({ verdict, firstWindow, lastWindow, windows, durationMs }: DevnetResult): string {
  const seconds = (durationMs / 1000).toFixed(1)
  return `${verdict}: ${windows} windows (${firstWindow} to ${lastWindow}) at equal hashes on every node in ${seconds} s`
}

async function runDevnet(context: CliContext, options: DevnetOptions, display: Display): Promise<DevnetResult> {
  const startedAtMs = performance.now()
  display.note('preparing identities and genesis')
  const files = await prepareDevnet(options.dataDir, options)
  const onLine = (line: string) => display.note(line)
  const mesh = new DevnetMesh(files, options, onLine)
  const soakPath = join(options.dataDir, 'soak.jsonl')
  try {
    const startHead = storedHead(files)
    armCrashes(mesh, options, startHead)
    await mesh.start(context.signal)
    failFast(mesh)
    const soak = startSoak({ mesh, options, path: soakPath, signal: context.signal, onLine })
    const drills = new Drills(options, mesh.children, startHead, onLine)
    const observation = await follow(context, { options, display, mesh, drills, startHead })
    const records = await soak.stop()
    const nodes = nodeResults(observation)
    const reasons = failReasons(observation, nodes)
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
      clock: { backend: clock?.backend ?? null, stepsPerSecond: clock?.steps_per_second ?? null },
      nodes,
      drills: drills.records,
      soak: options.pollEveryMs === 0 ? null : { path: soakPath, records },
    }
  } finally {
    await mesh.stop()
  }
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

interface FollowContext {
  readonly options: DevnetOptions
  readonly display: Display
  readonly mesh: DevnetMesh
  readonly drills: Drills
  readonly startHead: number
}

/** Watches until every node that is meant to be there has cemented enough, the mesh stalls, or the user stops it. */
async function follow(
  context: CliContext,
  { options, display, mesh, drills, startHead }: FollowContext,
): Promise<Observation> {
  const wanted = options.windows
  const goal = wanted === undefined ? Number.POSITIVE_INFINITY : startHead + wanted
  let stalled = false
  let best = { common: 0, atMs: performance.now() }
  const common = () => commonWindow(mesh, drills)
  await mesh.run(context.signal, () => {
    drills.update(Date.now())
    display.update({ children: mesh.children, head: mesh.head, startHead, wanted, dataDir: options.dataDir })
    const reached = common()
    const nowMs = performance.now()
    if (reached > best.common) best = { common: reached, atMs: nowMs }
    stalled = nowMs - best.atMs > options.stallTimeoutMs
    const failed = mesh.children.some((child) => child.failure)
    const complete = mesh.children.every((child) => !child.isDown || drills.isGoneForever(child))
    return stalled || failed || (reached >= goal && complete && !drills.isPending)
  })
  const compareAt = Math.min(common(), goal)
  await settle(mesh, compareAt)
  return {
    startHead,
    wanted,
    commonWindow: compareAt,
    head: mesh.head,
    stalled,
    hadFaults: options.faults.length > 0,
    nodes: mesh.children.map((child) => ({
      label: child.label,
      status: child.status,
      restarts: child.restarts,
      unplannedExits: child.unplannedExits,
      failure: child.failure,
      isGone: drills.isGoneForever(child),
    })),
  }
}

function commonWindow(mesh: DevnetMesh, drills: Drills): number {
  const present = mesh.children.filter((child) => !drills.isGoneForever(child))
  return Math.min(...present.map(({ status }) => status?.window ?? 0))
}

const SETTLE_ATTEMPTS = 10
const SETTLE_PAUSE_MS = 100

/** Asks every node for the hashes of one and the same window, at one instant as far as that exists. */
async function settle(mesh: DevnetMesh, window: number): Promise<void> {
  const signal = AbortSignal.timeout(SETTLE_ATTEMPTS * SETTLE_PAUSE_MS * 5)
  for (let attempt = 0; attempt < SETTLE_ATTEMPTS; attempt++) {
    await Promise.all(mesh.children.map((child) => child.probe(signal, window)))
    const heads = mesh.children.filter((child) => !child.isDown).map(({ status }) => status?.window ?? 0)
    if (Math.max(...heads) - Math.min(...heads) <= 1) return
    await sleep(SETTLE_PAUSE_MS, signal).catch((error: unknown) => {
      if (!isAbort(error)) throw error
    })
  }
}
