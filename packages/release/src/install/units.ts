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
  const files = await readdir(folder, { recursive: true }).catch(() => [])
  const moved: string[] = []
  for (const file of files.sort()) {
    const name = installedName(file)
    if (name !== undefined && (await moveUnit(layout, { from, to, file, name }))) moved.push(name)
  }
  return moved
}

/** Units lie at the top, drop-ins below `drop-ins/<what for>/`; nothing else is ever installed. Pure. */
export function installedName(file: string): string | undefined {
  return (
    /^(?:drop-ins\/[^/]+\/)?([^/]+\.d\/[^/]+\.conf)$/.exec(file)?.[1] ?? /^[^/]+\.(?:service|timer)$/.exec(file)?.[0]
  )
}

interface Move {
  readonly from: string
  readonly to: string
  /** Below the units of a release, and below those that are installed. */
  readonly file: string
  readonly name: string
}

async function moveUnit(layout: Layout, { from, to, file, name }: Move): Promise<boolean> {
  const installed = join(layout.units, name)
  const [now, before, next] = await Promise.all([
    readOr(installed),
    readOr(join(layout.releases, from, IN_RELEASE, file)),
    readOr(join(layout.releases, to, IN_RELEASE, file)),
  ])
  if (now === undefined || next === undefined || now === next || now !== before) return false
  await writeFileDurably(installed, next)
  return true
}

async function readOr(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined)
}
