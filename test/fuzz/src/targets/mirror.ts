import { isDeepStrictEqual } from 'node:util'
import { ConfigError, parseExactJson } from '@montana/foundation'
import { MirrorError, type SentinelDocument } from '@montana/mirror'
import { formatEntry, parseEnv } from '../../../../packages/mirror/dist/config/env-text.js'
import { loadMirrorConfig } from '../../../../packages/mirror/dist/config/load.js'
import { parseManifest } from '../../../../packages/mirror/dist/config/manifest.js'
import { parseTime } from '../../../../packages/mirror/dist/decide/rfc3339.js'
import { parseNotice, parseRecord, recordText } from '../../../../packages/mirror/dist/fence/record.js'
import { candidateSchema } from '../../../../packages/mirror/dist/http/candidate-schema.js'
import * as github from '../../../../packages/mirror/dist/providers/github/schemas.js'
import { parseTargetUrl } from '../../../../packages/mirror/dist/push/access/url.js'
import { parseListing } from '../../../../packages/mirror/dist/push/listing.js'
import { parsePorcelain } from '../../../../packages/mirror/dist/push/porcelain.js'
import { readSpool } from '../../../../packages/mirror/dist/queue/spool.js'
import { withMarker } from '../../../../packages/mirror/dist/roles/marker.js'
import { readScriptEnvironment } from '../../../../packages/mirror/dist/script/environment.js'
import { documentText, EMPTY_DOCUMENT, parseDocument } from '../../../../packages/mirror/dist/sentinel/document.js'
import { setMember } from '../../../../packages/mirror/dist/state/json-splice.js'
import { checkWorkflows } from '../../../../packages/mirror/dist/workflows/check.js'
import { parseWorkflow } from '../../../../packages/mirror/dist/workflows/parse.js'
import { inFile, scratchFolder } from '../samples/files.js'
import * as sample from '../samples/mirror.js'
import { consoleTargets } from './console.js'
import { handbackTargets } from './handback.js'
import { mirrorAnswerTargets } from './mirror-answers.js'
import { asyncTarget, bytesTarget, fileTarget, textTarget } from './readers.js'
import { same } from './same.js'
import { Breach, type Target } from './target.js'

const errors = [MirrorError, ConfigError]

/** What a mirror reads of repositories, providers and its own files; and what a console shows of nodes that may lie. */
export function targets(): readonly Target[] {
  return [
    ...settings(),
    ...fence(),
    ...git(),
    ...files(),
    ...provider(),
    ...mirrorAnswerTargets(),
    ...handbackTargets(),
    ...consoleTargets(),
  ]
}

function settings(): readonly Target[] {
  return [
    textTarget({ name: 'mirror/env-text', samples: [sample.ENV], maxBytes: 2048, holds: wholeEnv }, (text) => ({
      text,
      pieces: parseEnv(text),
    })),
    fileTarget(
      { name: 'mirror/env', errors, samples: [sample.ENV] },
      (envFile) => loadMirrorConfig({ environment: {}, envFile }),
      'text',
    ),
    bytesTarget(
      { name: 'mirror/script-environment', errors, samples: [SCRIPT] },
      (bytes) => readScriptEnvironment(textsOf(bytes)),
      'json',
    ),
    textTarget(
      { name: 'mirror/manifest', errors, samples: ['{}', MANIFEST] },
      (text) => parseManifest(text, 'm'),
      'json',
    ),
    textTarget(
      {
        name: 'mirror/target-url',
        errors,
        maxBytes: 512,
        samples: ['https://h/r.git', 'ssh://git@h:22/r', '/a/b', 'http://127.0.0.1/x'],
      },
      parseTargetUrl,
    ),
    textTarget(
      { name: 'mirror/time', maxBytes: 128, samples: ['2026-02-28T23:59:60.5+01:30', '2024-02-29t00:00:00z'] },
      sameTime,
    ),
  ]
}

const MANIFEST = JSON.stringify({ secrets: ['A'], variables: ['B'], workflows: { active: ['a.yml'] } })
const SCRIPT = {
  ...{ GITHUB_REPOSITORY: 'owner/name', GITHUB_REPOSITORY_ID: '7', MIRROR_ROLE: 'SLAVE', MIRROR_FENCE_REPO: 'a/b' },
  ...{ MASTER_REPO: 'c/d', MIRROR_PERMIT_MINUTES: '30', MIRROR_STALENESS_MINUTES: '120', MIRROR_SENTINEL_TOKEN: 't' },
}

function textsOf(bytes: Uint8Array): Record<string, string> {
  const value = jsonOf(bytes)
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'))
}

/** The pieces are the file, and each value can be written so that it is read back. */
function wholeEnv({ text, pieces }: { text: string; pieces: ReturnType<typeof parseEnv> }): string | undefined {
  const joined = pieces.map(({ raw }) => raw).join('')
  if (joined !== text.replace(/^\uFEFF/, '')) return 'the pieces are not the file'
  const values = pieces.flatMap((piece) => (piece.kind === 'entry' ? [piece] : []))
  const lost = values.find(({ key, value }) => !isReadBack(key, value))
  return lost && `a value of ${lost.key} is not read back`
}

function isReadBack(key: string, value: string): boolean {
  const [again, ...rest] = parseEnv(formatEntry(key, value))
  return rest.length === 0 && again?.kind === 'entry' && again.value === value
}

/** Where the platform reads the same form, it reads the same instant. */
function sameTime(text: string): number | null {
  const ms = parseTime(text)
  if (ms !== null && !Number.isInteger(ms)) throw new Breach('property', `${ms} is no whole number`)
  const isCommon = /^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/.test(text)
  if (ms !== null && isCommon && ms !== Date.parse(text)) throw new Breach('property', `${ms}, not ${Date.parse(text)}`)
  return ms
}

function fence(): readonly Target[] {
  return [
    textTarget(
      {
        name: 'mirror/fence-record',
        errors,
        samples: [sample.FENCE_RECORD],
        holds: (record) => same(parseRecord(recordText(record)), record),
      },
      parseRecord,
      'json',
    ),
    textTarget(
      {
        name: 'mirror/return-notice',
        errors,
        samples: [sample.NOTICE],
        holds: (notice) => same(parseNotice(recordText(notice)), notice),
      },
      parseNotice,
      'json',
    ),
    textTarget(
      {
        name: 'mirror/sentinel',
        samples: [sample.SENTINEL],
        holds: (document: SentinelDocument) => same(parseDocument(documentText(document)), document),
      },
      (text) => {
        const read = parseDocument(text)
        return read === EMPTY_DOCUMENT ? undefined : read
      },
      'json',
    ),
  ]
}

function git(): readonly Target[] {
  return [
    textTarget({ name: 'mirror/listing', errors, samples: [sample.LISTING] }, parseListing, 'lines'),
    textTarget({ name: 'mirror/porcelain', samples: [sample.PORCELAIN] }, parsePorcelain, 'lines'),
    textTarget(
      { name: 'mirror/workflow', samples: [sample.WORKFLOW], allocates: { base: 4_194_304, perByte: 256 } },
      (text) => {
        checkWorkflows([{ file: 'a.yml', text }], parseManifest('{}', 'm'))
        return parseWorkflow(text)
      },
    ),
  ]
}

function files(): readonly Target[] {
  return [
    textTarget(
      { name: 'mirror/state-splice', samples: [sample.STATE_JSON, '{}', '{"a":{"mirrors":1},"mirrors":null}'] },
      spliced,
      'json',
    ),
    textTarget(
      { name: 'mirror/state-marker', errors, samples: [sample.STATE_JSON] },
      (text) => withMarker(text, { role: 'MASTER', epoch: 7 }),
      'json',
    ),
    asyncTarget(
      {
        name: 'mirror/spool',
        samples: [{ schema: 1, at_ms: 5, reason: 'r', requests: [{ mirror: 'mirror-1', layer: 'code' }] }],
      },
      async (bytes) => {
        inFile('spool/1.json', bytes)
        return readSpool(scratchFolder(), 0)[0]
      },
    ),
  ]
}

/** One member is another, and all that stood beside it is as it was. */
function spliced(text: string): unknown {
  const value = objectOf(text)
  if (!value) return undefined
  const written = setMember(text, ['mirrors'], { x: [1] })
  const again = objectOf(written)
  const expected = { ...value, mirrors: { x: [1] } }
  if (!isDeepStrictEqual(again, expected))
    throw new Breach('property', `${text.slice(0, 100)} became ${written.slice(0, 200)}`)
  return again
}

/** Exactly: what V8 makes of an escaped key depends on what it read before. */
function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseExactJson(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function provider(): readonly Target[] {
  const forms = [
    github.secretPage,
    github.publicKey,
    github.variablePage,
    github.workflowPage,
    github.runPage,
    github.repository,
  ]
  const candidate = { type: 'github', repo: 'a/b', credential: { kind: 'token', token: 'x' } }
  return [
    bytesTarget(
      { name: 'mirror/github-answers', samples: sample.ANSWERS },
      (bytes) => {
        const value = jsonOf(bytes)
        return forms.find((form) => form.safeParse(value).success)
      },
      'json',
    ),
    bytesTarget(
      { name: 'mirror/candidate', samples: [candidate] },
      (bytes) => candidateSchema.safeParse(jsonOf(bytes)).data,
      'json',
    ),
  ]
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
