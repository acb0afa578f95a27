import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@montana/foundation'
import { RefusalError } from '../errors.js'
import { wantedBy } from './command-line.js'
import { parseUnit, type Unit } from './unit-file.js'

/** Where an administrator's unit files lie, and those of packages; the first wins. */
const FOLDERS = ['etc/systemd/system', 'usr/lib/systemd/system', 'lib/systemd/system']
const [INSTALLED = ''] = FOLDERS

/** The unit `name` of the system at `root`, with its drop-ins. Throws {@link RefusalError} where there is none. */
export async function readUnit(root: string, name: string): Promise<Unit> {
  for (const folder of FOLDERS) {
    const text = await readOr(join(root, folder, name))
    if (text !== undefined) return parseUnit(text, ...(await dropIns(root, name)))
  }
  const remedy = 'install the units first'
  throw new RefusalError('UNIT_INVALID', `there is no unit ${name}`, { field: name, remedy })
}

/** Makes or removes the links by which a unit is started at boot, as `systemctl enable` does; needs no running systemd. */
export async function linkUnits(root: string, names: readonly string[], isEnabled: boolean): Promise<void> {
  for (const name of names) {
    for (const target of wantedBy(await readUnit(root, name))) {
      const folder = join(root, INSTALLED, `${target}.wants`)
      if (isEnabled) await link(folder, name)
      else await rm(join(folder, name), { force: true })
    }
  }
}

async function link(folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await symlink(`/${INSTALLED}/${name}`, join(folder, name)).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error
  })
}

async function dropIns(root: string, name: string): Promise<string[]> {
  const folder = join(root, INSTALLED, `${name}.d`)
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((file) => file.endsWith('.conf')).sort()
  return await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
}

async function readOr(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
}
