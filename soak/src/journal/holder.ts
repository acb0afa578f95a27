import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** The process that holds a lock; pid alone would be fooled by reuse (spec operations 3.2). */
export interface Holder {
  readonly pid: number
  /** Null where the system does not tell. */
  readonly boot_id: string | null
  /** Start of the process in clock ticks since boot; null where the system does not tell. */
  readonly started: string | null
  /** Names this one acquisition. */
  readonly token: string
}

const holderSchema = z.object({
  pid: z.int().positive(),
  boot_id: z.string().nullable(),
  started: z.string().nullable(),
  token: z.string().regex(/^[0-9a-f]{8}$/),
})

/** Field 22 of /proc/PID/stat; the process name before it may hold spaces and brackets. */
const START_TIME_AFTER_NAME = 19

export async function bootId(): Promise<string | null> {
  return await readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
    (text) => text.trim(),
    () => null,
  )
}

export async function thisProcess(token: string): Promise<Holder> {
  return { pid: process.pid, boot_id: await bootId(), started: await startTime(process.pid), token }
}

export function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.boot_id !== (await bootId())) return false
  if (!processExists(holder.pid)) return false
  return holder.started === (await startTime(holder.pid))
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function startTime(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_AFTER_NAME] ?? null
}
