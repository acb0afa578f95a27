import { spawn } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { git, HOSTS, USERS, type World } from './hosts.js'

const CHILD = join(import.meta.dirname, 'child.ts')

/** When the process dies: before its n-th git command, in the middle of it with git itself, or after it. */
export type Moment = 'before' | 'within' | 'after'

/**
 * A git that counts its calls and, at the one that is asked for, kills the process that called it. Within: git dies a
 * moment after it began, as in a power cut.
 */
export function killingGit(world: World, at: number, moment: Moment): string {
  const program = join(world.folder, 'killing-git')
  const script = `#!/bin/sh
n=$(($(cat ${world.folder}/calls 2>/dev/null || echo 0) + 1))
echo $n > ${world.folder}/calls
if [ $n -ne ${at} ]; then exec git "$@"; fi
case ${moment} in
  before) kill -9 $PPID ;;
  within) git "$@" & child=$!; sleep 0.00$((n % 4 + 1)); kill -9 $child $PPID ;;
  after) git "$@"; kill -9 $PPID ;;
esac
`
  writeFileSync(program, script, { mode: 0o755 })
  rmSync(join(world.folder, 'calls'), { force: true })
  return program
}

/** One cycle of a host in a process of its own; how it ended. */
export async function cycleOf(world: World, host: string, program?: string): Promise<number | string> {
  const task = { task: 'once', node: host, hosts: HOSTS, folder: world.folder, hub: world.hub, pauseMs: 0, life: 0 }
  const args = [CHILD, JSON.stringify({ ...task, ...(program !== undefined && { git: program }) })]
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  return await new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code ?? -1)))
}

export function callsOf(world: World): number {
  return Number(readFileSync(join(world.folder, 'calls'), 'utf8'))
}

/** Takes and gives back the whole world, so that each step begins alike. */
export function snapshot(world: World): () => void {
  const names = ['hub.git', 'amsterdam', 'moscow']
  for (const name of names) cpSync(join(world.folder, name), join(world.folder, 'saved', name), { recursive: true })
  return () => {
    for (const name of names) {
      rmSync(join(world.folder, name), { recursive: true, force: true })
      cpSync(join(world.folder, 'saved', name), join(world.folder, name), { recursive: true })
    }
  }
}

/** What the hub shows of a host's file. */
export function published(world: World, host: string): unknown {
  return JSON.parse(git(world.hub, 'show', `breath/${host}:${USERS}`))
}
