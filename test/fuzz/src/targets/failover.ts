import {
  checkEpochHeader,
  encodePost,
  FailoverError,
  loadWitnessConfig,
  parseEpoch,
  type RequestType,
} from '@montana/failover'
import { ConfigError, MontanaError } from '@montana/foundation'
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
} from '../../../../packages/failover/dist/channel/messages/codec.js'
import { isRequestType } from '../../../../packages/failover/dist/channel/messages/messages.js'
import { decodeEnvelope, encodeEnvelope } from '../../../../packages/failover/dist/channel/wire/envelope.js'
import { encodeFrame, FrameParser } from '../../../../packages/failover/dist/channel/wire/frame-parser.js'
import { loadGroupConfig } from '../../../../packages/failover/dist/config/load.js'
import { policyKeys, snapshotOf } from '../../../../packages/failover/dist/coordinator/etcd/snapshot.js'
import * as etcd from '../../../../packages/failover/dist/coordinator/etcd/wire.js'
import { markText, parseMark } from '../../../../packages/failover/dist/fence/git/mark.js'
import { fromLine, toLine } from '../../../../packages/failover/dist/history/record.js'
import { decodeWards, encodeWards } from '../../../../packages/failover/dist/keeper/keeper-lines.js'
import { answerForm } from '../../../../packages/failover/dist/witness/answer.js'
import { decodePostBody } from '../../../../packages/failover/dist/witness/post.js'
import { rawPostForm } from '../../../../packages/failover/dist/witness/post-form.js'
import * as sample from '../samples/failover.js'
import { breathingTargets } from './breathing.js'
import { REFUSED, refusing, targetOf } from './codec-target.js'
import { peerCertificate } from './peer-certificate.js'
import { bytesTarget, fileTarget, textTarget } from './readers.js'
import { isSame, same } from './same.js'
import { Breach, type Target, YAML_MAX_MS } from './target.js'
import { witnessTargets } from './witness.js'

const errors = [FailoverError, ConfigError]

/** What hosts of a group, their witnesses, their keepers and an etcd say; and what breathing syncs. */
export function targets(): readonly Target[] {
  return [
    peerCertificate(),
    ...channel(),
    ...witness(),
    ...witnessTargets(),
    ...files(),
    ...etcdAnswers(),
    ...configs(),
    ...breathingTargets(),
  ]
}

function channel(): readonly Target[] {
  return [
    frames(),
    bytesTarget(
      {
        name: 'failover/envelope',
        errors,
        samples: [{ type: 'probe', id: 7, body: { host: 'spb' } }],
        holds: sameEnvelope,
      },
      decodeEnvelope,
      'json',
    ),
    exchange('failover/requests', sample.REQUESTS, encodeRequest, decodeRequest),
    exchange('failover/answers', sample.ANSWERS, asAnswer, readAnswer),
  ]
}

function sameEnvelope(envelope: ReturnType<typeof decodeEnvelope>): string | undefined {
  return same(decodeEnvelope(encodeEnvelope(envelope).subarray(4)), envelope)
}

const asAnswer = (type: RequestType, answer: unknown) => encodeAnswer(type, { sequence: 1 }, answer, sample.SELF)
const readAnswer = (type: RequestType, body: unknown) => decodeAnswer(type, { sequence: 1 }, body, sample.SELF)

type Coding = (type: RequestType, body: unknown) => unknown

/** `[type, body]`; what is understood is written again, and read as the same. */
function exchange(
  name: string,
  values: readonly (readonly [string, unknown])[],
  encode: Coding,
  decode: Coding,
): Target {
  const samples = values.map(([type, body]) => [type, encode(type as RequestType, body)])
  return bytesTarget(
    { name, errors, samples },
    (bytes) => {
      const read = jsonOf(bytes)
      const [type, body] = Array.isArray(read) ? read : []
      if (typeof type !== 'string' || !isRequestType(type)) return undefined
      const value = decode(type, body)
      const again = decode(type, JSON.parse(JSON.stringify(encode(type, value))))
      if (!isSame(again, value)) throw new Breach('no-round-trip', `${type} is read as another`)
      return value ?? true
    },
    'json',
  )
}

/** However the stream is cut, the same bodies come out, and no more than one body is held. */
function frames(): Target {
  const whole = (chunks: readonly Uint8Array[]): string => {
    const parser = new FrameParser(512)
    const bodies: string[] = []
    const end = refusing(errors, () => {
      for (const chunk of chunks) for (const body of parser.push(chunk)) bodies.push(Buffer.from(body).toString('hex'))
      if (parser.buffered > 512) throw new Breach('allocation', `${parser.buffered} bytes are held`)
      return 'open'
    })
    return `${bodies.join(',')} ${end === REFUSED ? 'refused' : end}`
  }
  const seeds = () => [Buffer.concat([encodeFrame(Buffer.from('{"a":1}')), encodeFrame(Buffer.alloc(40, 7))])]
  return targetOf({ name: 'failover/frames', seeds, maxBytes: 2048 }, (input) => {
    const [together, apart] = [whole([input]), whole(Array.from(input, (byte) => Uint8Array.of(byte)))]
    if (together !== apart) throw new Breach('property', `whole: ${together}; in pieces: ${apart}`.slice(0, 400))
    return together.endsWith('refused') ? 'refused' : 'accepted'
  })
}

function witness(): readonly Target[] {
  const post = encodePost({ body: sample.POST, signature: Buffer.alloc(3309, 1).toString('base64') })
  const answer = {
    ...{ witness: 'w1', group: 'montana-5', nonce: 'n'.repeat(16), upMs: 5, posts: [{ ageMs: 1, post }] },
    signature: post.signature,
  }
  return [
    bytesTarget(
      { name: 'failover/post', errors, samples: [post], maxBytes: 8192 },
      (bytes) => {
        const raw = rawPostForm.safeParse(jsonOf(bytes))
        return raw.success ? decodePostBody(raw.data) : undefined
      },
      'json',
    ),
    bytesTarget(
      { name: 'failover/witness-answer', errors, samples: [answer] },
      (bytes) => {
        return answerForm.safeParse(jsonOf(bytes)).data
      },
      'json',
    ),
  ]
}

function files(): readonly Target[] {
  const ward = { service: 'bot', group: 77, started: '5', cgroup: null, unit: null, untilMs: 5 }
  const mark = { epoch: 7n, sequence: 3 }
  const text = { form: 'text', maxBytes: 1024 } as const
  return [
    textTarget(
      {
        name: 'failover/history-line',
        samples: [toLine(sample.HISTORY as Parameters<typeof toLine>[0])],
        holds: (record) => same(fromLine(toLine(record)), record),
      },
      fromLine,
      'json',
    ),
    textTarget(
      {
        name: 'failover/wards',
        samples: [encodeWards([ward])],
        holds: (wards) => same(decodeWards(encodeWards(wards)), wards),
      },
      decodeWards,
      'json',
    ),
    textTarget(
      {
        name: 'failover/mark',
        ...text,
        samples: [markText(mark, 'ab12')],
        holds: (read) => same(parseMark(markText(read, 'ab')), read),
      },
      parseMark,
    ),
    textTarget(
      {
        name: 'failover/epoch',
        ...text,
        samples: ['525307', '0', '18446744073709551615'],
        holds: (epoch) => same(parseEpoch(String(epoch)), epoch),
      },
      parseEpoch,
    ),
    textTarget({ name: 'failover/epoch-headers', ...text, errors, samples: ['525307\nbot:1', '1\n'] }, (lines) => {
      const [epoch, key] = lines.split('\n')
      return checkEpochHeader({ 'montana-epoch': epoch, ...(key !== undefined && { 'montana-idempotency-key': key }) })
    }),
  ]
}

/** What an etcd, or whoever answers in its place, may say. */
function etcdAnswers(): readonly Target[] {
  const forms = [etcd.watchAnswer, etcd.txnAnswer, etcd.keepAliveAnswer, etcd.failureAnswer]
  const samples = Object.values(sample.ETCD)
  return [
    bytesTarget(
      { name: 'failover/etcd', samples },
      (bytes) => {
        const value = jsonOf(bytes)
        const { data } = etcd.rangeAnswer.safeParse(value)
        if (!data) return forms.find((form) => form.safeParse(value).success)
        const { header, kvs } = data
        return snapshotOf({ revision: header.revision, term: header.raft_term, kvs }, policyKeys('g', 'serve'))
      },
      'json',
    ),
  ]
}

function configs(): readonly Target[] {
  return [
    fileTarget(
      {
        name: 'failover/group-yaml',
        maxMs: YAML_MAX_MS,
        errors,
        samples: [sample.GROUP_YAML],
        allocates: { base: 256 * 1024, perByte: 64 },
      },
      (path) => loadGroupConfig(path),
      'text',
    ),
    fileTarget(
      { name: 'failover/witness-yaml', maxMs: YAML_MAX_MS, errors: [MontanaError], samples: [sample.WITNESS_YAML] },
      loadWitnessConfig,
      'text',
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
