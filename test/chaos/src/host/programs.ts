import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { hasNamespaces } from '@montana/netns'
import type { Ability } from '../plan/kinds.js'

const LIBRARIES = '/usr/lib'
/** The one for programs with threads. */
const FAKETIME = join('faketime', 'libfaketimeMT.so.1')

/** The library that gives a process a wall clock of its own; undefined where it is not installed. */
export function faketimeLibrary(): string | undefined {
  if (!existsSync(LIBRARIES)) return undefined
  const folders = [LIBRARIES, ...readdirSync(LIBRARIES).map((name) => join(LIBRARIES, name))]
  return folders.map((folder) => join(folder, FAKETIME)).find((path) => existsSync(path))
}

/** What this host cannot do, and why; whether there is a second build is asked elsewhere. */
export function lacksOfHost(): Map<Ability, string> {
  const probes: [Ability, boolean, string][] = [
    ['namespaces', hasNamespaces(), 'network namespaces need root, ip and nft'],
    ['faketime', faketimeLibrary() !== undefined, 'a wall clock of its own needs libfaketime'],
    ['mounts', canMount(), 'a file system of its own needs root: unshare -m, tmpfs'],
    ['strace', canInject(), 'errors of system calls need strace and the right to trace'],
  ]
  return new Map(probes.filter(([, works]) => !works).map(([ability, , reason]) => [ability, reason]))
}

function canMount(): boolean {
  return works('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k montana /mnt'])
}

function canInject(): boolean {
  return works('strace', ['-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO', 'true'])
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
