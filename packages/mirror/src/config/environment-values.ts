import { readBoundedFile } from './bounded-file.js'
import { parseEnv } from './env-text.js'
import type { Values } from './settings.js'

/** Every variable of the environment and of the `.env`, the environment first: where values of secrets come from. */
export function environmentValues(environment: Values, envFile: string): ReadonlyMap<string, string> {
  const read = readBoundedFile(envFile)
  const file = read.isRead ? parseEnv(read.text) : []
  const entries = file.flatMap((piece): [string, string][] =>
    piece.kind === 'entry' ? [[piece.key, piece.value]] : [],
  )
  const own = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new Map([...entries, ...own])
}
