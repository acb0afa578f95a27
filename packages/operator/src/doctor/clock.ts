import { loadBackend } from '@montana/native'
import { assessSpeed, measureClock } from '@montana/timechain'
import { type Check, green, yellow } from './check.js'

const MEASURE_MS = 150

/** What grinds the clock here. */
export interface ClockFacts {
  readonly backend: string
  /** Why it is not the fastest. */
  readonly notice: string | null
  readonly stepsPerSecond: number
  /** Steps of a window; null where the mesh is not known. */
  readonly d: number | null
}

export async function gatherClock(d: number | null): Promise<ClockFacts> {
  const { backend, notice = null } = loadBackend()
  return { backend: backend.name, notice, stepsPerSecond: await measureClock(backend, { ms: MEASURE_MS }), d }
}

export const hasAddon = ({ backend }: ClockFacts): boolean => backend !== 'typescript'

export function judgeClock(facts: ClockFacts): Check[] {
  return [judgeAddon(facts), judgeInstructions(facts), ...(facts.d === null ? [] : [judgeSpeed(facts, facts.d)])]
}

function judgeAddon(facts: ClockFacts): Check {
  if (hasAddon(facts)) return green('native addon', 'loads')
  return yellow(
    'native addon',
    facts.notice ?? 'does not load',
    'the node runs without watchdog; see the release for this platform',
  )
}

function judgeInstructions({ backend, stepsPerSecond }: ClockFacts): Check {
  const value = `${(stepsPerSecond / 1e6).toFixed(1)} M steps/s (${backend})`
  if (backend === 'native-shani') return green('SHA instructions', value)
  return yellow('SHA instructions', `slow clock: ${value}`, 'use a processor with SHA instructions')
}

/** The mesh adapts its D; that of its genesis is the only one that is known before joining. */
function judgeSpeed({ stepsPerSecond }: ClockFacts, d: number): Check {
  const { isTooSlow, sentence } = assessSpeed(stepsPerSecond, d)
  if (!isTooSlow) return green('clock speed', sentence)
  return yellow('clock speed', sentence, 'use a faster core, or let the node follow without validating')
}
