import { verify } from 'node:crypto'
import { importMldsaPublicKey } from '@montana/crypto'
import { encodePost, FailoverError, nodeIdentityOf } from '@montana/failover'
import { canonicalJson, errorCode } from '@montana/foundation'
import { answerForm, contentForm, isAnswerOf, signAnswer } from '../../../../packages/failover/dist/witness/answer.js'
import { GitPosts } from '../../../../packages/failover/dist/witness/git-posts.js'
import { signPost } from '../../../../packages/failover/dist/witness/post.js'
import { postBodyForm, type RawPost, rawPostForm } from '../../../../packages/failover/dist/witness/post-form.js'
import { PostReader } from '../../../../packages/failover/dist/witness/post-reader.js'
import * as sample from '../samples/failover.js'
import { asyncTarget, bytesTarget } from './readers.js'
import { Breach, type Target } from './target.js'

const HOST = nodeIdentityOf(new Uint8Array(32).fill(2))
const WITNESS = nodeIdentityOf(new Uint8Array(32).fill(3))
const KEYS: Readonly<Record<string, readonly Uint8Array[]>> = { moscow: [HOST.publicKey] }
const PREFIX = 'refs/montana/posts/'

/** What a witness shows of others, and what others wrote at it: signed, and by whom. */
export function witnessTargets(): readonly Target[] {
  return [signedPost(), signedAnswer(), gitPosts()]
}

const post = (): RawPost => encodePost(signPost(sample.POST, HOST.privateKey))

/** A body that is given out was signed by its host; a second look at it gives the same. */
function signedPost(): Target {
  return bytesTarget(
    { name: 'failover/signed-post', samples: [post()], maxBytes: 8192, repair: resignedPost },
    (bytes) => {
      const raw = rawPostForm.safeParse(jsonOf(bytes)).data
      if (!raw) return undefined
      const reader = new PostReader((host) => (Object.hasOwn(KEYS, host) ? (KEYS[host] ?? []) : []))
      const body = reader.read(raw)
      if (!body) return undefined
      const message = Buffer.concat([Buffer.from('montana-witness-post-v1\0'), Buffer.from(canonicalJson(raw.body))])
      const key = importMldsaPublicKey(HOST.publicKey)
      if (!verify(null, message, key, Buffer.from(raw.signature, 'base64')))
        throw new Breach('property', 'nobody of the registry signed it')
      if (reader.read(raw) !== body) throw new Breach('property', 'the same post reads as another')
      return body
    },
    'json',
  )
}

function resignedPost(input: Uint8Array): Uint8Array | undefined {
  const { data } = postBodyForm.safeParse((jsonOf(input) as { body?: unknown } | null)?.body)
  return data && ifSignable(() => encodePost(signPost(data, HOST.privateKey)))
}

/** The signature is of the whole answer: with another time or nonce it is nobody's. */
function signedAnswer(): Target {
  const content = {
    witness: 'w1',
    group: 'montana-5',
    nonce: 'n'.repeat(16),
    upMs: 5,
    posts: [{ ageMs: 1, post: post() }],
  }
  const key = importMldsaPublicKey(WITNESS.publicKey)
  return bytesTarget(
    { name: 'failover/signed-answer', samples: [signAnswer(content, WITNESS.privateKey)], repair: resignedAnswer },
    (bytes) => {
      const { data } = answerForm.safeParse(jsonOf(bytes))
      if (!data || !isAnswerOf(data, key)) return undefined
      if (isAnswerOf({ ...data, upMs: data.upMs + 1 }, key)) throw new Breach('property', 'its time is not signed')
      if (isAnswerOf({ ...data, nonce: `${data.nonce.slice(1)}_` }, key))
        throw new Breach('property', 'its nonce is not')
      return data
    },
    'json',
  )
}

function resignedAnswer(input: Uint8Array): Uint8Array | undefined {
  const value = jsonOf(input)
  const { signature: _, ...rest } =
    typeof value === 'object' && value !== null ? { signature: '', ...value } : { signature: '' }
  const { data } = contentForm.safeParse(rest)
  return data && ifSignable(() => signAnswer(data, WITNESS.privateKey))
}

/** What has half a surrogate pair has no canonical form, and nobody can sign it. */
function ifSignable(sign: () => unknown): Uint8Array | undefined {
  try {
    return Buffer.from(JSON.stringify(sign()))
  } catch (error) {
    if (errorCode(error) === 'JSON_NOT_REPRESENTABLE') return undefined
    throw error
  }
}

/** Commits of a remote to which others write: `for-each-ref`, a NUL, and what `cat-file --batch` says of them. */
function gitPosts(): Target {
  const [known, other] = [sample.COMMIT, `${sample.COMMIT.slice(1)}8`]
  const text = `tree ${'0'.repeat(40)}\n\n${JSON.stringify(post())}`
  const refs = [known, other].map((id) => `commit ${text.length} ${id} ${PREFIX}moscow`).join('\n')
  const batch = [known, other].map((id) => `${id} commit ${text.length}\n${text}\n`).join('')
  const errors = [FailoverError]
  return asyncTarget(
    { name: 'failover/git-posts', errors, samples: [`${refs}\0${batch}`], maxBytes: 24 * 1024 },
    async (bytes) => {
      const end = Math.max(0, bytes.indexOf(0))
      const git = {
        text: async () => Buffer.from(bytes.subarray(0, end)).toString('utf8'),
        run: async () => ({ code: 0, stdout: Buffer.from(bytes.subarray(end + 1)), stderr: '' }),
      }
      const posts = await new GitPosts(PREFIX).read(git as never, (host) => host === 'moscow', NEVER)
      if (posts.some(({ body }) => body.host !== 'moscow'))
        throw new Breach('property', 'a post stands below another host')
      return posts[0]
    },
    'lines',
  )
}

const NEVER = new AbortController().signal

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
