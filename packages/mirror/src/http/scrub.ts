import { isAbsolute } from 'node:path'
import { createRedactor } from '@montana/git'
import type { Credential } from '../contracts/config.js'
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
export function createScrub(parts: MirrorParts, token: string): Scrub {
  const redact = createRedactor([...secretsOf(parts), token])
  const paths = pathsOf(parts)
  const text = (value: string) => {
    const known = paths.reduce((rest, path) => rest.replaceAll(path, HIDDEN), redact(value))
    return known.replace(USERINFO, '$1').replace(FILE_URL, HIDDEN).replace(PATH, HIDDEN)
  }
  return <T>(value: T) => mapTexts(value, text) as T
}

function mapTexts(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mapTexts(entry, text)]))
}

function secretsOf({ config, manifest, values }: MirrorParts): string[] {
  const ofTargets = config.targets.flatMap((target) => {
    const own = target.type === 'github' ? [...target.secrets.values(), target.sentinelToken] : []
    return [secretOf(target.credential), ...own]
  })
  const copied = manifest.secrets.map(({ name }) => values.get(name))
  return [...ofTargets, ...copied, config.primaryToken, config.alertWebhook].filter((value) => isText(value))
}

function secretOf(credential: Credential): string | null {
  if (credential.kind === 'token') return credential.value
  return credential.kind === 'app' ? credential.privateKeyPem : null
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
