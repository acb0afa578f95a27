import { type FileHandle, open } from 'node:fs/promises'
import { errorMessage, systemTime, type TimeSource } from '@montana/foundation'
import { MAX_DOCUMENT_BYTES } from '../constants.js'
import type { DocumentVerifier } from '../document.js'
import { FleetError } from '../errors.js'
import { readTrustRoot } from '../operators.js'
import { verifyDocument } from '../verify.js'
import { REGISTRY_KIND } from './content.js'
import { type HostRegistry, indexRegistry } from './registry.js'

export interface RegistryModules {
  readonly verify: DocumentVerifier
  readonly time?: TimeSource
}

/** Reads and verifies once; remembers nothing, hence no protection against an older version. Throws FleetError. */
export async function readRegistry(
  path: string,
  operatorsPath: string,
  { verify, time = systemTime }: RegistryModules,
): Promise<HostRegistry> {
  const trust = await readTrustRoot(operatorsPath)
  const bytes = await readDocumentFile(path)
  return indexRegistry(await verifyDocument(bytes, REGISTRY_KIND, { trust, verify, nowMs: time.wallMs() }))
}

/** At most one byte more than a document may have, so that a huge file costs nothing. Throws DOC_INVALID. */
export async function readDocumentFile(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    const buffer = new Uint8Array(MAX_DOCUMENT_BYTES + 1)
    return buffer.subarray(0, await fill(file, buffer))
  } catch (cause) {
    throw new FleetError('DOC_INVALID', `${path} cannot be read: ${errorMessage(cause)}`, { cause })
  }
}

async function fill(file: FileHandle, buffer: Uint8Array): Promise<number> {
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return length
}
