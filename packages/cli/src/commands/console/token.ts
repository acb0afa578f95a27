import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { ConfigError, errorCode, isClosedToOthers } from '@montana/foundation'

const TOKEN_BYTES = 32
const SECRET_MODE = 0o600
const ROOT = 0
const TEXT = /^[\x21-\x7e]{24,512}$/

/** The token of a console; made with 256 random bits where `path` is not there. Throws ConfigError that never quotes it. */
export async function readConsoleToken(path: string): Promise<string> {
  try {
    await using file = await open(path, 'wx', SECRET_MODE)
    await file.writeFile(`${randomBytes(TOKEN_BYTES).toString('base64url')}\n`)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw wrong(path, `cannot be written (${errorCode(error)})`, 'name another file')
  }
  return await readToken(path)
}

async function readToken(path: string): Promise<string> {
  await using file = await open(path, 'r').catch((error: unknown) => {
    throw wrong(path, `cannot be read (${errorCode(error)})`, 'name another file')
  })
  const found = await file.stat()
  if (!isClosedToOthers(path, found)) throw wrong(path, 'can be read by others', `chmod 600 ${path}`)
  if (!isOwn(found))
    throw wrong(path, 'belongs to another user, who knows what is in it', 'remove it, or name another file')
  const text = (await readFile(file, 'utf8')).trim()
  if (TEXT.test(text)) return text
  throw wrong(path, 'is no token', 'remove it, and it is made anew; a token has 24 to 512 printable characters')
}

/** A file that somebody else has put there is closed to others too, and root reads it. */
function isOwn({ uid }: { readonly uid: number }): boolean {
  return uid === ROOT || uid === process.getuid?.()
}

function wrong(path: string, fault: string, remedy: string): ConfigError {
  return new ConfigError(`the token file ${path} ${fault}`, { field: 'token-file', remedy })
}
