import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NEEDED = ['sshd', 'ssh', 'ssh-keygen']

/** Why there can be no server here; undefined where there can. */
export function whyNoSshd(): string | undefined {
  const missing = NEEDED.filter((name) => findProgram(name) === undefined)
  return missing.length > 0 ? `${missing.join(', ')} not installed` : undefined
}

/** Absolute path; servers stand where an ordinary account does not look. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}
