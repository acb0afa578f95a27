import { ConfigError, errorCode, errorMessage, MontanaError } from '@montana/foundation'

/** Why a snapshot file is refused. `field` is the section, or `file` where it is none. */
export type SnapshotFileErrorCode =
  | 'SNAPSHOT_NOT_ONE'
  | 'SNAPSHOT_VERSION'
  | 'SNAPSHOT_CUT'
  | 'SNAPSHOT_CHECKSUM'
  | 'SNAPSHOT_ORDER'
  | 'SNAPSHOT_TOO_LARGE'
  | 'SNAPSHOT_TRAILING'
  | 'SNAPSHOT_MALFORMED'
  | 'SNAPSHOT_PROOF'
  | 'SNAPSHOT_COUNT'

const REMEDIES: Partial<Record<SnapshotFileErrorCode, string>> = {
  SNAPSHOT_NOT_ONE: 'name a file that montana snapshot create has written',
  SNAPSHOT_VERSION: 'read it with the newer release that wrote it',
}
const COPY_AGAIN = 'copy the file again from where it was made, or make a new one'

/** A file that is not what it should be; exit 1. Nothing of it may be used. */
export class SnapshotFileError extends MontanaError {
  declare readonly code: SnapshotFileErrorCode

  constructor(code: SnapshotFileErrorCode, section: string, message: string, cause?: unknown) {
    const where = section === 'file' ? '' : `section '${section}': `
    const remedy = REMEDIES[code] ?? COPY_AGAIN
    super(code, `${where}${message}`, { field: section, remedy, ...(cause !== undefined && { cause }) })
    this.name = 'SnapshotFileError'
  }
}

/** Disk full, over a quota, over a limit of the process. */
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A path that cannot be opened or written: exit 78, or 1 where it is only the room that is missing. */
export function unusableFile(path: string, error: unknown, remedy: string): MontanaError {
  if (NO_ROOM.has(errorCode(error))) {
    const message = `there is no room for snapshot file ${path} (${errorCode(error)})`
    const init = { field: 'file', remedy: 'free space on its disk, or name a file on another one', cause: error }
    return new MontanaError('SNAPSHOT_NO_ROOM', message, init)
  }
  const reason = errorCode(error) === 'ENOENT' ? 'does not exist' : `cannot be used: ${errorMessage(error)}`
  return new ConfigError(`snapshot file ${path} ${reason}`, {
    code: 'SNAPSHOT_FILE',
    field: 'file',
    remedy,
    cause: error,
  })
}
