import { isAbsolute } from 'node:path'
import { createRedactor } from '@montana/git'
import { knownSecrets } from '../service/known-secrets.js'
import type { MirrorParts } from '../service/parts.js'

/** The same value with every text in it freed of secrets and paths. */
export type Scrub = <T>(value: T) => T

/** A path that begins where no word, URL or other path goes on. */
const PATH = /(?<![\w.:/~-])\/[\w.@+-]+(?:\/[\w.@+-]*)*/g
const FILE_URL = /file:\/\/\S*/g
/** User and password in a URL, whoever wrote it. */
const USERINFO = /(\w:\/\/)[^\s/@]+@/g
const HIDDEN = '…'

/**
 * The last line of defence of every answer: the texts were sanitised where they were made, and here once more, of all
 * secrets that are known and of every absolute path. Spec repository-mirror 1.6 and 13.
 */
export function createScrub(current: () => MirrorParts, token: string | undefined): Scrub {
  let known: { readonly parts: MirrorParts; readonly text: TextScrub } | undefined
  return <T>(value: T) => {
    const parts = current()
    // A target that was added has secrets of its own.
    if (known?.parts !== parts) known = { parts, text: textScrub(parts, token) }
    return mapTexts(value, known.text) as T
  }
}

type TextScrub = (value: string) => string

function textScrub(parts: MirrorParts, token: string | undefined): TextScrub {
  const redact = createRedactor([...knownSecrets(parts), ...(token === undefined ? [] : [token])])
  const paths = pathsOf(parts)
  return (value) => {
    const known = paths.reduce((rest, path) => rest.replaceAll(path, HIDDEN), redact(value))
    return known.replace(USERINFO, '$1').replace(FILE_URL, HIDDEN).replace(PATH, HIDDEN)
  }
}

function mapTexts(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mapTexts(entry, text)]))
}

/** The longest first, so that none hides a part of another. */
function pathsOf({ config, source, store }: MirrorParts): string[] {
  const ofTargets = config.targets.flatMap(({ url, caFile, credential }) => {
    const keys = credential.kind === 'ssh' ? [credential.keyPath, credential.knownHostsPath] : []
    return [url, caFile, ...keys]
  })
  const all = [source, store.folder, ...ofTargets].filter((path) => isText(path) && isAbsolute(path))
  return (all as string[]).sort((a, b) => b.length - a.length)
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== ''
}
