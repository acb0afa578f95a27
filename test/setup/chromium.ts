import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's package first; `test/setup/apt.mjs` installs it where that is possible. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

export const NO_CHROMIUM = 'no Chromium on this host: apt-get install chromium, or name one with CHROMIUM'

/** Path of a Chromium of this host, which `CHROMIUM` may name; undefined where it has none. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM
  if (named !== undefined) return isExecutable(named) ? named : undefined
  const folders = (process.env.PATH ?? '').split(delimiter)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
