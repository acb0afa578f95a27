import { closeSync, openSync, writeSync } from 'node:fs'
import type { Plan } from '../plan/types.js'
import type { History } from './types.js'

/** A day of reads is more text than one string may hold. */
const READS_AT_ONCE = 10_000

/** `{ plan, history }` as JSON, the reads last and in pieces. */
export function writeHistory(path: string, plan: Plan, { reads, ...rest }: History): void {
  const file = openSync(path, 'w')
  try {
    writeSync(file, `{"plan":${JSON.stringify(plan)},"history":${JSON.stringify(rest).slice(0, -1)},"reads":[`)
    for (let from = 0; from < reads.length; from += READS_AT_ONCE) {
      const piece = reads.slice(from, from + READS_AT_ONCE).map((read) => JSON.stringify(read))
      writeSync(file, `${from === 0 ? '' : ',\n'}${piece.join(',\n')}`)
    }
    writeSync(file, ']}}\n')
  } finally {
    closeSync(file)
  }
}
