import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** In the folder of a run as long as it goes on: who does it. */
const MARK = 'running'
const PROC = '/proc'
/** Fields of /proc/PID/stat, counted behind the name of the program: proc_pid_stat(5) 6 and 22. */
const SESSION = 3
const STARTED = 19
/** Who was killed may write for a moment more. */
const REMOVE = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const

export function mark(runDir: string): void {
  writeFileSync(join(runDir, MARK), identityOf(String(process.pid)) ?? '')
}

/** The run is over, and what it has left is for people. */
export function unmark(runDir: string): void {
  rmSync(join(runDir, MARK), { force: true })
}

/** Removes what a run has left. */
export function forget(runDir: string): void {
  rmSync(runDir, REMOVE)
}

/** Ends and removes what runs below `dataDir` have left that were killed themselves. Only where there is /proc. */
export function sweep(dataDir: string): void {
  if (!existsSync(PROC)) return
  for (const name of readdirSync(dataDir)) {
    const runDir = join(dataDir, name)
    const owner = textOf(join(runDir, MARK))
    if (!owner || owner === identityOf(owner.split(' ')[0] ?? '')) continue
    endProcessesOf(runDir)
    forget(runDir)
  }
}

/** A run makes each process the leader of a session: whoever looks into its files is none of them. */
function endProcessesOf(runDir: string): void {
  for (const pid of readdirSync(PROC).filter((name) => /^\d+$/.test(name))) {
    const isOfRun = textOf(join(PROC, pid, 'cmdline'))?.includes(`${runDir}/`)
    if (!isOfRun || statOf(pid)?.[SESSION] !== pid) continue
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It ended by itself in between.
    }
  }
}

/** An id is given out again; together with the time of its start it is not. */
function identityOf(pid: string): string | undefined {
  const started = statOf(pid)?.[STARTED]
  return started === undefined ? undefined : `${pid} ${started}`
}

function statOf(pid: string): string[] | undefined {
  const text = textOf(join(PROC, pid, 'stat'))
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
