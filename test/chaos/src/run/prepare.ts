import { join } from 'node:path'
import { mainOf, ROOT } from '../build/checkout.js'
import { secondBuild } from '../build/second-build.js'
import { lacksOfHost } from '../host/programs.js'
import type { ChaosOptions } from '../options.js'
import type { Ability } from '../plan/kinds.js'
import { makePlan } from '../plan/plan.js'
import type { Plan } from '../plan/types.js'
import type { Builds } from '../world/nemesis.js'

export interface Prepared {
  readonly options: ChaosOptions
  readonly lacks: ReadonlyMap<Ability, string>
  readonly builds: Builds
  readonly from: string | null
  readonly plan: Plan
}

export type Say = (line: string) => void

/** What this host can do, the other build, and the plan that follows from both. Rejects with AbortError. */
export async function prepare(options: ChaosOptions, signal: AbortSignal, onLine: Say): Promise<Prepared> {
  const lacks = lacksOfHost()
  if (options.network === 'loopback') lacks.set('namespaces', 'this run was told to stay on the loopback')
  const second = await otherBuild(options, signal, onLine)
  if (typeof second === 'string') lacks.set('second-build', second)
  const other = typeof second === 'string' ? undefined : second.main
  const builds = { present: mainOf(ROOT), other }
  const { seed, minutes, kinds, partitionSeconds } = options
  const from = typeof second === 'string' ? null : second.commit
  return { options, lacks, builds, from, plan: makePlan({ seed, minutes, lacks, kinds, partitionSeconds }) }
}

/** Why there is none, where there is none. */
async function otherBuild({ dataDir, from, kinds }: ChaosOptions, signal: AbortSignal, onLine: Say) {
  if (kinds && !kinds.includes('upgrade')) return 'this run was told to do others only'
  return await secondBuild({ dir: join(dataDir, 'builds'), from, signal, onLine })
}
