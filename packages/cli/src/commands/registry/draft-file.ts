import { createSignatureVerifier, type PqBackend, selectPqBackend } from '@montana/crypto'
import { documentText, parseDocument, REGISTRY_KIND, type RegistryDocument, readDocumentFile } from '@montana/fleet'
import { ConfigError, errorCode, errorMessage, UsageError, writeFileDurably } from '@montana/foundation'

const DAY_MS = 86_400_000
const MAX_DAYS = 366

/** A registry in the making: of the right form, signed or not. Throws FleetError DOC_INVALID. */
export async function readDraft(path: string): Promise<RegistryDocument> {
  return parseDocument(await readDocumentFile(path), REGISTRY_KIND).document
}

/** Only a document that could be accepted once it is signed is written. Throws FleetError DOC_INVALID. */
export async function writeDraft(path: string, document: RegistryDocument): Promise<void> {
  const bytes = new TextEncoder().encode(documentText(document))
  const parsed = parseDocument(bytes, REGISTRY_KIND)
  await withBackend((backend) => REGISTRY_KIND.checkContent(parsed.document, createSignatureVerifier(backend)))
  await writeFileDurably(path, bytes).catch((cause: unknown) => {
    const remedy = 'name a file in a directory that you may write'
    throw new ConfigError(`${path} cannot be written: ${errorCode(cause)} ${errorMessage(cause)}`, { remedy, cause })
  })
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
export function daysToMs(text: string): number {
  const days = Number(text)
  if (/^\d+$/.test(text) && days >= 1 && days <= MAX_DAYS) return days * DAY_MS
  throw new UsageError(`--valid-days '${text}' is not a whole number from 1 to ${MAX_DAYS}`, { field: 'valid-days' })
}
