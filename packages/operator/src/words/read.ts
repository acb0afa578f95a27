import { ConfigError, errorMessage, readBoundedFile } from '@montana/foundation'

/** Far more than 24 words. */
const MAX_BYTES = 4096

/** The words of an identity that exists, from a file or, for `-`, from standard input. */
export async function readWords(from: string): Promise<string> {
  const text = from === '-' ? await readStdin() : await readGiven(from)
  if (text.length > MAX_BYTES) throw new ConfigError('that are more than 24 words', { field: 'restore-from' })
  return text.trim().split(/\s+/).join(' ')
}

async function readGiven(path: string): Promise<string> {
  const bytes = await readBoundedFile(path, MAX_BYTES).catch((cause: unknown) => {
    const remedy = 'name the file that holds the words'
    throw new ConfigError(`--restore-from: ${errorMessage(cause)}`, { field: 'restore-from', remedy, cause })
  })
  return bytes.toString('utf8')
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > MAX_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
