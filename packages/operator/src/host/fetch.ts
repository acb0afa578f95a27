import { ConfigError, errorMessage } from '@montana/foundation'

const TIMEOUT_MS = 5_000

/** At most `maxBytes` of what an address answers. The way is not trusted: callers verify what comes. */
export async function readUrl(url: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return await readBody(response, maxBytes)
  } catch (cause) {
    signal.throwIfAborted()
    const remedy = 'fetch it by other means and name the file'
    throw new ConfigError(`${url} cannot be fetched: ${errorMessage(cause)}`, { code: 'FETCH_FAILED', remedy, cause })
  }
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
