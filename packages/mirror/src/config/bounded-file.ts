import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { errorCode } from '@montana/foundation'
import { FILE_BYTES_MAX } from './constants.js'

export type FileRead =
  | { readonly isRead: true; readonly text: string; readonly stats: Stats }
  /** `TOO_LARGE`, `NOT_TEXT`, `NOT_A_FILE`, or the code of the system. */
  | { readonly isRead: false; readonly code: string }

/** A text file of at most `bytesMax` (1 MiB), of whose content nothing is in any error. Synchronous: a start reads three of them. */
export function readBoundedFile(path: string, bytesMax = FILE_BYTES_MAX): FileRead {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const stats = fstatSync(descriptor)
    return stats.isFile() ? readText(descriptor, stats, bytesMax) : { isRead: false, code: 'NOT_A_FILE' }
  } catch (error) {
    return { isRead: false, code: error instanceof TypeError ? 'NOT_TEXT' : errorCode(error) }
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function readText(descriptor: number, stats: Stats, bytesMax: number): FileRead {
  if (stats.size > bytesMax) return { isRead: false, code: 'TOO_LARGE' }
  const buffer = Buffer.alloc(stats.size)
  const length = readSync(descriptor, buffer, 0, buffer.length, 0)
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer.subarray(0, length))
  return { isRead: true, text, stats }
}
