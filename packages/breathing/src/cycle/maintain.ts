import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MAINTENANCE_MS, REPOSITORY_ALARM_BYTES } from '../constants.js'
import type { Session } from './session.js'

const MARK = 'maintained'
/** Loose objects make reading slow long before a week has passed. */
const LOOSE_OBJECTS_MAX = 5_000
const KIB = 1024

interface Size {
  readonly looseObjects: number
  readonly bytes: number
}

/** Packs the private repository when a week has passed or many objects lie loose. Call under the lock. Spec 12.7. */
export async function maintain(session: Session, signal?: AbortSignal): Promise<void> {
  const before = await sizeOf(session, signal)
  if (before.looseObjects < LOOSE_OBJECTS_MAX && !(await isDue(session))) return
  // Objects that a bundle has just brought have no ref yet; hence not "now".
  await session.parts.repository.git(['gc', '--quiet', '--prune=1.hour.ago'], { signal })
  await writeFile(join(session.parts.folder, MARK), '')
  const { bytes } = await sizeOf(session, signal)
  if (bytes < REPOSITORY_ALARM_BYTES) return
  const message = `the repository of breathing has ${Math.round(bytes / KIB / KIB)} MiB`
  session.modules.onAlarm?.({ code: 'TOO_LARGE', message })
}

async function isDue(session: Session): Promise<boolean> {
  const mark = join(session.parts.folder, MARK)
  const last = await stat(mark).catch(() => undefined)
  if (last === undefined) await writeFile(mark, '')
  return last !== undefined && session.time.wallMs() - last.mtimeMs >= MAINTENANCE_MS
}

export async function sizeOf(session: Session, signal?: AbortSignal): Promise<Size> {
  const { stdout } = await session.parts.repository.git(['count-objects', '-v'], { signal })
  const number = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0)
  return { looseObjects: number('count'), bytes: (number('size') + number('size-pack')) * KIB }
}
