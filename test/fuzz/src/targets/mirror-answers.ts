import { MirrorError } from '@montana/mirror'
import { HandbackStore } from '../../../../packages/mirror/dist/handback/progress-store.js'
import { decodeAnswer } from '../../../../packages/mirror/dist/providers/github/answers.js'
import { createContents } from '../../../../packages/mirror/dist/providers/github/contents.js'
import { credentialExpiryMs } from '../../../../packages/mirror/dist/providers/github/credential-expiry.js'
import { dateMs } from '../../../../packages/mirror/dist/providers/github/provider-clock.js'
import { ancestorRefs, parseGraph, reachableFrom } from '../../../../packages/mirror/dist/push/ancestry.js'
import { isLfsAttributes, pointerOf } from '../../../../packages/mirror/dist/push/lfs-pointer.js'
import { ID } from '../samples/mirror.js'
import { asyncTarget, textTarget } from './readers.js'
import { isSame } from './same.js'
import { Breach, type Target } from './target.js'

const errors = [MirrorError]
const NEVER = new AbortController().signal

/** What a provider answers beside its forms, and what stands in the repositories of others. */
export function mirrorAnswerTargets(): readonly Target[] {
  return [contents(), headers(), handback(), graph(), pointer()]
}

/** A file and a tip, from whatever answers in the place of the provider. */
function contents(): Target {
  const samples = [{ type: 'file', content: Buffer.from('a: 1\n').toString('base64'), encoding: 'base64', sha: ID }]
  return asyncTarget({ name: 'mirror/github-contents', errors, samples }, async (bytes) => {
    const answer: unknown = jsonOf(bytes)
    const call = async ({ schema }: { schema: Parameters<typeof decodeAnswer>[0] }) => ({
      data: decodeAnswer(schema, answer, 'x'),
      headers: {},
      status: 200,
    })
    const reader = createContents({ call } as never)
    const text = await reader.file('a.yml', null, NEVER)
    return [text, await reader.tip('main', NEVER)]
  })
}

/** Two lines: when the token ends, and what time the provider has. */
function headers(): Target {
  const samples = ['2026-12-25 21:18:35 UTC\nThu, 01 Jan 2026 00:00:00 GMT', '2026-12-25 21:18:35 +0130\n']
  const name = 'github-authentication-token-expiration'
  return textTarget({ name: 'mirror/github-headers', samples, maxBytes: 128 }, (text) => {
    const [expiry = '', date = ''] = text.split('\n')
    const [endMs, nowMs] = [credentialExpiryMs({ [name]: expiry }), dateMs({ date })]
    if ([endMs, nowMs].some((ms) => ms !== null && !Number.isInteger(ms)))
      throw new Breach('property', `${endMs}, ${nowMs}`)
    return endMs ?? nowMs
  })
}

function handback(): Target {
  const progress = { done: ['drain'], begun: null, failed: null, undone: [], movedMs: 5 }
  const read = async (text: string) => {
    return await new HandbackStore({ read: async () => ({ commit: ID, text }) } as never).read(NEVER)
  }
  const samples = [{ progress }, { progress: { ...progress, done: [] } }]
  return asyncTarget({ name: 'mirror/handback-progress', errors, samples }, async (bytes) => {
    const value = await read(Buffer.from(bytes).toString('utf8'))
    if (value && !isSame(await read(JSON.stringify({ progress: value })), value))
      throw new Breach('no-round-trip', 'what it holds is read as another')
    return value
  })
}

/** Loops and strangers included: what can be reached is closed under its parents, and ends. */
function graph(): Target {
  const samples = ['a b c\nb d\nc d\nd\n', 'a b\nb a\n']
  return textTarget(
    { name: 'mirror/graph', samples, maxBytes: 2048 },
    (text) => {
      const commits = parseGraph(text)
      const [tip = '', base = ''] = commits.keys()
      const reached = reachableFrom(commits, tip)
      for (const commit of reached) {
        const lost = (commits.get(commit) ?? []).find((parent) => commits.has(parent) && !reached.has(parent))
        if (lost !== undefined) throw new Breach('property', `${lost} is a parent that was not reached`)
      }
      const refs = ancestorRefs(commits, [{ ref: 'r', local: tip, remote: base }], null)
      if (refs.has('r') !== reached.has(base)) throw new Breach('property', 'an ancestor is none')
      return reached
    },
    'lines',
  )
}

function pointer(): Target {
  const of = (extra: string) =>
    `version https://git-lfs.github.com/spec/v1\n${extra}oid sha256:${'ab'.repeat(32)}\nsize 12\n`
  return textTarget(
    { name: 'mirror/lfs-pointer', samples: [of(''), of('ext-0-foo sha256:00\n')], maxBytes: 2048 },
    (text) => {
      isLfsAttributes(text)
      return pointerOf(text)
    },
  )
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
