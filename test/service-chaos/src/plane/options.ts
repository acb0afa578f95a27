import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'
import { wholeNumber } from '../flags.js'

export const USAGE = 'usage: npm run chaos -- --plane service [--minutes M] [--seed S] [--json]'

export interface PlaneOptions {
  readonly minutes: number
  readonly seed: number
  readonly json: boolean
  readonly help: boolean
}

const MINUTES_MAX = 24 * 60

/** Throws UsageError. */
export function readPlaneOptions(args: readonly string[]): PlaneOptions {
  const { minutes, seed, json, help } = parse(args)
  return {
    minutes: wholeNumber('minutes', minutes, 1, MINUTES_MAX),
    seed: wholeNumber('seed', seed, 0, 2 ** 31 - 1),
    ...{ json, help },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '5' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(errorMessage(error), { field: 'flags', remedy: USAGE })
  }
}
