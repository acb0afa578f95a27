import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from '@montana/foundation'
import type { Layout } from './layout.js'

const IN_RELEASE = 'app/deploy/units'

/**
 * Brings the installed unit files from those of one release to those of another. A file that the operator has changed is
 * left, as is one that he never installed. Returns what was replaced.
 */
export async function moveUnits(layout: Layout, from: string, to: string): Promise<string[]> {
  const folder = join(layout.releases, to, IN_RELEASE)
  const names = await readdir(folder).catch(() => [])
  const moved: string[] = []
  for (const name of names) if (await moveUnit(layout, from, to, name)) moved.push(name)
  return moved
}

async function moveUnit(layout: Layout, from: string, to: string, name: string): Promise<boolean> {
  const installed = join(layout.units, name)
  const [now, before, next] = await Promise.all([
    readOr(installed),
    readOr(join(layout.releases, from, IN_RELEASE, name)),
    readOr(join(layout.releases, to, IN_RELEASE, name)),
  ])
  if (now === undefined || next === undefined || now === next || now !== before) return false
  await writeFileDurably(installed, next)
  return true
}

async function readOr(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined)
}
