import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorMessage, isAbort, sleep } from '@montana/foundation'
import { z } from 'zod'
import type { ServiceControl } from '../services/types.js'
import type { Layout } from './layout.js'
import { nodeDataDir } from './node-config.js'

export const NODE_UNIT = 'montana-node.service'
/** Services that run for long; what a timer starts takes the new release by itself. */
export const LONG_RUNNING = [NODE_UNIT, 'montana-failover.service', 'montana-breathing.service']

const LOOK_MS = 250
const ASK_TIMEOUT_MS = 2_000
const runForm = z.looseObject({ statusUrl: z.url({ protocol: /^http$/ }) })
const statusForm = z.looseObject({ build: z.looseObject({ bundle_sha256: z.string().nullable() }) })

export interface HealthInput {
  readonly layout: Layout
  readonly services: ServiceControl
  /** What must run. */
  readonly units: readonly string[]
  /** `app_sha256` of the release that must answer. */
  readonly appSha256: string
  readonly waitMs: number
}

/** Waits until everything runs and the node of that release is ready: undefined, or what was still wrong in the end. */
export async function awaitHealth(input: HealthInput, signal: AbortSignal): Promise<string | undefined> {
  const until = performance.now() + input.waitMs
  for (;;) {
    const fault = await faultOf(input, signal)
    const isHopeless = fault?.endsWith(' is not running') === true && input.services.kind === 'process'
    if (fault === undefined || isHopeless || performance.now() >= until) return fault
    await sleep(LOOK_MS, signal)
  }
}

async function faultOf(
  { layout, services, units, appSha256 }: HealthInput,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const unit of units) if (!(await services.isActive(unit, signal))) return `${unit} is not running`
  return units.includes(NODE_UNIT) ? await nodeFault(layout, appSha256, signal) : undefined
}

/** A node is ready once it hears a peer: `/readyz` says 200 (synced) or 206 (catching up). */
async function nodeFault(layout: Layout, appSha256: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { statusUrl } = runForm.parse(JSON.parse(await readFile(join(await nodeDataDir(layout), 'run.json'), 'utf8')))
    const ready = await ask(new URL('/readyz', statusUrl), signal)
    await ready.body?.cancel()
    if (ready.status !== 200 && ready.status !== 206) return 'the node runs, and hears no peer'
    const { build } = statusForm.parse(await (await ask(new URL('/status.json', statusUrl), signal)).json())
    return build.bundle_sha256 === appSha256 ? undefined : 'another release answers'
  } catch (error) {
    if (isAbort(error) && signal.aborted) throw error
    return `the node does not answer: ${errorMessage(error)}`
  }
}

async function ask(url: URL, signal: AbortSignal): Promise<Response> {
  return await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]) })
}
