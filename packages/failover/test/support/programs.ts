import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Servers stand where an ordinary account does not look. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

/** Why `what` is skipped, said on stderr; undefined where all of `names` are installed. */
export function whyWithout(names: readonly string[], what: string): string | undefined {
  const missing = names.filter((name) => findProgram(name) === undefined)
  if (missing.length === 0) return undefined
  const reason = `${missing.join(', ')} not installed`
  process.stderr.write(`${what} is skipped: ${reason}\n`)
  return reason
}
