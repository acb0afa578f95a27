import { ConfigError, errorCode, errorMessage, isAbort, MontanaError, type MontanaErrorInit } from '@montana/foundation'

export type SoakErrorCode = 'SOAK_LOCKED' | 'SOAK_ENOSPC' | 'SOAK_IO' | 'SOAK_RECORD_INVALID' | 'JOURNAL_FAILED'

/** A poll that left no record; the file is as it was before. Exit 1. Wrong settings are a ConfigError instead. */
export class SoakError extends MontanaError {
  declare readonly code: SoakErrorCode

  constructor(code: SoakErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'SoakError'
  }
}

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT'])
const NOT_USABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EISDIR'])

/** Gives an error of the file system its soak code; errors that have one already pass unchanged. */
export function toFileError(error: unknown, path: string): unknown {
  if (error instanceof MontanaError) return error
  const code = errorCode(error)
  if (NO_SPACE.has(code)) {
    const remedy = 'free space on that disk; the next poll continues the file'
    return new SoakError('SOAK_ENOSPC', `no space left to append to ${path}`, { remedy, cause: error })
  }
  if (NOT_USABLE.has(code)) {
    const remedy = 'name a file in a directory that you may write with --path'
    return new ConfigError(`path ${path} cannot be written: ${code}`, { field: 'path', remedy, cause: error })
  }
  const remedy = 'check the disk; the next poll continues the file'
  return new SoakError('SOAK_IO', `cannot append to ${path}: ${errorMessage(error)}`, { remedy, cause: error })
}

/** The disk took nothing: a record in hand is worth keeping elsewhere. */
export function isDiskFault(error: unknown): error is SoakError {
  return error instanceof SoakError && (error.code === 'SOAK_ENOSPC' || error.code === 'SOAK_IO')
}

/** Gives an error of reading its soak code; errors that have one already, and the wish to stop, pass unchanged. */
export function toReadError(error: unknown, path: string): unknown {
  if (error instanceof MontanaError || isAbort(error)) return error
  const code = errorCode(error)
  if (NOT_USABLE.has(code)) return unreadableFile(path, code)
  const remedy = 'check the disk, or read a copy of the file'
  return new SoakError('SOAK_IO', `cannot read ${path}: ${errorMessage(error)}`, { remedy, cause: error })
}

export function unreadableFile(path: string, reason: string): ConfigError {
  const remedy = 'name a soak file, or the directory of a devnet with --data-dir'
  return new ConfigError(`soak file ${path} cannot be read: ${reason}`, { field: 'file', remedy })
}
