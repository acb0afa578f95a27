import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** An Ed25519 key without passphrase in `<folder>/<name>`, its public half in `<name>.pub`; a former one is replaced. */
export async function makeKey(folder: string, name: string): Promise<string> {
  const file = join(folder, name)
  for (const old of [file, `${file}.pub`]) await rm(old, { force: true })
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
  return file
}

/** The line by which a client knows the key of a server on a port of its own. */
export async function knownHostsLine(host: string, port: number, key: string): Promise<string> {
  return `[${host}]:${port} ${await readFile(`${key}.pub`, 'utf8')}`
}
