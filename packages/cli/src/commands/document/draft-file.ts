import { access } from 'node:fs/promises'
import { createSignatureVerifier, type PqBackend, selectPqBackend } from '@montana/crypto'
import { type DocumentKind, documentText, parseDocument, readDocumentFile, type SignedDocument } from '@montana/fleet'
import { ConfigError, errorCode, errorMessage, UsageError, writeFileDurably } from '@montana/foundation'

const DAY_MS = 86_400_000
const MAX_DAYS = 366

/** A document in the making: of the right form, signed or not. Throws FleetError DOC_INVALID. */
export async function readDraft<T extends SignedDocument>(path: string, kind: DocumentKind<T>): Promise<T> {
  return parseDocument(await readDocumentFile(path), kind).document
}

/** Only a document that could be accepted once it is signed is written. Throws FleetError DOC_INVALID. */
export async function writeDraft<T extends SignedDocument>(
  path: string,
  kind: DocumentKind<T>,
  document: T,
): Promise<void> {
  await withBackend((backend) => kind.checkContent(document, createSignatureVerifier(backend), null))
  await writeUnchecked(path, kind, document)
}

/** A draft that others go on with: its form is right, what it says may not be complete. */
export async function writeUnchecked<T extends SignedDocument>(
  path: string,
  kind: DocumentKind<T>,
  document: T,
): Promise<void> {
  const bytes = new TextEncoder().encode(documentText(document))
  parseDocument(bytes, kind)
  await writeFileDurably(path, bytes).catch((cause: unknown) => {
    const remedy = 'name a file in a directory that you may write'
    throw new ConfigError(`${path} cannot be written: ${errorCode(cause)} ${errorMessage(cause)}`, { remedy, cause })
  })
}

/** `how` names the command that changes an existing one. */
export async function refuseExisting(file: string, how: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (!isThere) return
  const remedy = `name a new file, or change this one with ${how}`
  throw new ConfigError(`${file} exists already`, { code: 'FILE_EXISTS', remedy })
}

export async function withBackend<T>(work: (backend: PqBackend) => Promise<T>): Promise<T> {
  const backend = await selectPqBackend()
  try {
    return await work(backend)
  } finally {
    await backend.close()
  }
}

/** `--valid-days`: how long a document may be accepted. */
export function daysToMs(text: string, flag = 'valid-days', maxDays = MAX_DAYS): number {
  const days = Number(text)
  if (/^\d+$/.test(text) && days >= 1 && days <= maxDays) return days * DAY_MS
  throw new UsageError(`--${flag} '${text}' is not a whole number from 1 to ${maxDays}`, { field: flag })
}
