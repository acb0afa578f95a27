import { ENGINE_ALONE, GRIND, VERIFY, WITH_ALL, WITH_CLOCK, WITH_SIGNATURES, WITH_STORE } from './names.js'
import type { ConsensusRow } from './rows.js'

/** Windows per second of the engine alone that are to be reached. */
export const ENGINE_TARGET = 300
/** What the reference implementation states of itself. */
export const REFERENCE_RATE = 3

/** Every promise about replay as one number; a ratio whose parts were not measured is left out. */
export function consensusRatios(rows: readonly ConsensusRow[]): Record<string, number> {
  const rate = (name: string) => rows.find((row) => row.name === name)?.perSecond ?? 0
  const sizes = rows.filter(({ group }) => group === 'state size').map(({ perSecond }) => 1 / perSecond)
  const engine = rate(ENGINE_ALONE)
  const pairs: [string, number, number][] = [
    ['engineToTarget', engine, ENGINE_TARGET],
    ['engineToReference', engine, REFERENCE_RATE],
    ['engineToEngineWithSignatures', engine, rate(WITH_SIGNATURES)],
    ['engineToEngineWithStore', engine, rate(WITH_STORE)],
    ['engineToEngineWithClock', engine, rate(WITH_CLOCK)],
    ['engineToEverything', engine, rate(WITH_ALL)],
    ['dearestStateToCheapest', Math.max(0, ...sizes), sizes.length > 1 ? Math.min(...sizes) : 0],
    ['proofCheckToGrind', rate(VERIFY), rate(GRIND)],
  ]
  const measured = pairs.filter(([, above, below]) => above > 0 && below > 0)
  return Object.fromEntries(measured.map(([name, above, below]) => [name, above / below]))
}
