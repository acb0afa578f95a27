import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PATHS, within } from '../host/layout.js'
import { find, readIfThere } from '../host/owned.js'
import { type Check, green, red, yellow } from './check.js'

const OURS = '/opt/montana/current/bin/montana'
const UNIT = join(PATHS.units, 'montana-node.service')

/** What another installation under the same names has left. */
export interface ForeignFacts {
  readonly hasForeignUnit: boolean
  /** Entries of a data directory that no configuration of ours names. */
  readonly strayData: readonly string[]
  readonly isAdopting: boolean
}

export async function gatherForeign(root: string, isAdopting: boolean): Promise<ForeignFacts> {
  const unit = await readIfThere(within(root, UNIT))
  const hasConfig = (await find(within(root, PATHS.nodeConfig))) !== undefined
  const entries = hasConfig ? [] : await readdir(within(root, PATHS.state)).catch(() => [])
  const hasForeignUnit = unit !== undefined && !Buffer.from(unit).includes(OURS)
  return { hasForeignUnit, strayData: entries, isAdopting }
}

export function judgeForeign({ hasForeignUnit, strayData, isAdopting }: ForeignFacts): Check {
  const found = [
    ...(hasForeignUnit ? [`${UNIT} of another product`] : []),
    ...(strayData.length > 0 ? [`${PATHS.state} with ${strayData.slice(0, 3).join(', ')}`] : []),
  ]
  if (found.length === 0) return green('other installation', 'none')
  if (isAdopting) return yellow('other installation', found.join('; '), 'it is taken over (--adopt)')
  return red('other installation', found.join('; '), 'back it up and remove it, or take it over with --adopt')
}
