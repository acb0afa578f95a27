import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `cgroup.kill` is in kernels since 5.14. */
const KILL = 'cgroup.kill'
const NAME = 'service-'

/**
 * Folder of an empty control group (version 2) for a service below that of this process. Null where this process may not
 * make one: it then stands in the root, or in a group that is not delegated to it (`Delegate=` of its unit).
 */
export function controlGroupFor(service: string, own: string | null = ownControlGroup()): string | null {
  if (own === null) return null
  const folder = join(own, `${NAME}${service}`)
  try {
    mkdirSync(folder, { recursive: true })
    // What an earlier life of the agent left there.
    killControlGroup(folder)
    return folder
  } catch {
    return null
  }
}

/** Of this process, if groups can be made below it. */
export function ownControlGroup(): string | null {
  try {
    const path = /^0::(\/.+)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]
    const mount = mountOf(readFileSync('/proc/self/mountinfo', 'utf8'))
    if (path === undefined || mount === undefined) return null
    const folder = join(mount, path)
    accessSync(folder, constants.W_OK)
    return existsSync(join(folder, KILL)) ? folder : null
  } catch {
    return null
  }
}

/** Steps into the group that $0 names and becomes the rest, so that not even a first child is born outside. */
const ENTER = 'echo $$ > "$0"; exec "$@"'

/** The command that runs `command` in a control group. A constant script: nothing of the command is read by a shell. */
export function inControlGroup(folder: string, command: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', ENTER, join(folder, 'cgroup.procs'), ...command]
}

export function isControlGroupEmpty(folder: string): boolean {
  try {
    return !/^populated 1$/m.test(readFileSync(join(folder, 'cgroup.events'), 'utf8'))
  } catch {
    return true
  }
}

/** SIGKILL to all of it, also to those who are just being born. One that is gone is no failure. */
export function killControlGroup(folder: string): void {
  try {
    writeFileSync(join(folder, KILL), '1')
  } catch {
    // It is gone, and with it whoever was in it.
  }
}

/** Fields of mountinfo: the fifth is the mount point; the type stands behind the dash. */
function mountOf(mountinfo: string): string | undefined {
  const line = mountinfo.split('\n').find((text) => / - cgroup2 /.test(text))
  return line?.split(' ')[4]
}
