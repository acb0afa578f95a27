import { ConfigError } from '@montana/foundation'
import { readRegister } from './load.js'
import type { Register } from './schema.js'
import { findingSum, registerSum } from './sums.js'
import { tally } from './tallies.js'

/** Stands where an entry has not been sealed yet. */
const UNSEALED = ''.padEnd(64, '0')

/**
 * Gives sums to entries that have none, and counts and sum to the whole. An entry whose sum no longer fits is refused:
 * who means to change one takes its sum out first, which a reader of the change sees.
 */
export function sealRegister(text: string): Register {
  const draft = JSON.parse(text) as { findings?: readonly object[] }
  const findings = (draft.findings ?? []).map((one) => ({ sum: UNSEALED, ...one }))
  const register = readRegister(JSON.stringify({ counts: tally([]), sum: UNSEALED, ...draft, findings }))
  const sealed = register.findings.map((one) => {
    const sum = findingSum(one)
    if (one.sum !== UNSEALED && one.sum !== sum) throw changed(one.id)
    return { ...one, sum }
  })
  const whole = { ...register, counts: tally(sealed), findings: sealed }
  return { ...whole, sum: registerSum(whole) }
}

function changed(id: string): ConfigError {
  return new ConfigError(`${id} was changed after it was sealed`, {
    code: 'FINDING_CHANGED',
    field: id,
    remedy: 'put it back, or take its sum out to say that the change is meant',
  })
}
