import type { SourcePatch } from '../instrument/hook.js'
import type { Rule } from '../targets/target.js'

/** A mistake as people make it, put into one module while it is loaded; the fuzzer must notice it. */
export interface PlantedBug {
  readonly name: string
  readonly what: string
  readonly target: string
  readonly rules: readonly Rule[]
  readonly patch: SourcePatch
  /** Where three slow runs are no endless loop yet. Milliseconds. */
  readonly hangMs?: number
}

const built = (file: string, find: string, replace: string): SourcePatch => ({
  file: `packages/${file}`,
  find,
  replace,
})

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'trailing-bytes',
    what: 'what follows an object is not looked at',
    target: 'consensus/vote',
    rules: ['not-canonical'],
    patch: built('codec/dist/reader.js', 'if (this.remaining !== 0)', 'if (false)'),
  },
  {
    name: 'signers-in-any-order',
    what: 'the signers of a certificate need not ascend',
    target: 'consensus/certificate',
    rules: ['not-canonical'],
    patch: built('consensus/dist/objects/certificate.js', 'if (!isAscending)', 'if (false)'),
  },
  {
    name: 'frame-of-any-length',
    what: 'memory is taken for whatever length a frame announces',
    target: 'failover/frames',
    rules: ['allocation'],
    patch: built('failover/dist/channel/wire/frame-parser.js', 'if (length <= maxBytes)', 'if (length > 0)'),
  },
  {
    name: 'epoch-in-hex',
    what: 'letters in an epoch pass the schema and not the reader behind it',
    target: 'mirror/console-agent',
    rules: ['undeclared-error'],
    patch: built('console/dist/failover/agent-schema.js', '/^\\d{1,20}$/', '/^[0-9a-f]{1,20}$/'),
  },
  {
    name: 'checksum-ignored',
    what: 'the checksum of the words is not compared',
    target: 'ledger/mnemonic',
    rules: ['no-round-trip'],
    patch: built('crypto/dist/mnemonic.js', 'if (!bytesEqual(packed', 'if (false && !bytesEqual(packed'),
  },
  {
    name: 'count-before-bytes',
    what: 'a list is made as long as its count says, whatever remains',
    target: 'network/range-subscribe',
    rules: ['allocation'],
    patch: built(
      'network/dist/payloads/range-subscribe.js',
      'if (reader.remaining !== count * LABEL_BYTES)',
      'if (reader.remaining > count * LABEL_BYTES)',
    ),
  },
  {
    name: 'echo-not-compared',
    what: 'an answer for another window is taken',
    target: 'network/range-chunk-answer',
    rules: ['property'],
    patch: built('network/dist/ext/range-chunk.js', "checkEcho('window', chunk.window, request.window);", ''),
  },
  {
    name: 'steps-as-asked',
    what: 'a range is stepped through as far as the request says, before that is looked at',
    target: 'network/range-chunk-request',
    rules: ['slow'],
    hangMs: 30_000,
    patch: built(
      'network/dist/ext/range-chunk.js',
      'const { maxBytes } = request;',
      'const { maxBytes } = request; let pages = 0; for (let at = 0; at < maxBytes; at += 24) pages ^= at;',
    ),
  },
  {
    name: 'another-domain',
    what: 'one of two backends hashes nodes under another name',
    target: 'ledger/inclusion-proof',
    rules: ['backends-differ'],
    patch: built('ledger/dist/merkle/hasher.js', "ascii('mt-merkle-node\\0')", "ascii('mt-merkle-leaf\\0')"),
  },
  {
    name: 'certificate-of-any-time',
    what: 'when the certificate of a stranger is valid is not looked at',
    target: 'failover/peer-certificate',
    rules: ['property'],
    patch: built('failover/dist/channel/tls/verify-peer.js', '    checkValidity(certificate, nowMs);', ''),
  },
  {
    name: 'line-of-no-length',
    what: 'a carriage return ends a line that has no end, and the reader stands still',
    target: 'mirror/env-text',
    rules: ['hung', 'died'],
    patch: built('mirror/dist/config/env-text.js', '/[^\\n]*(?:\\n|$)/y', '/[^\\r\\n]*(?:\\n|$)/y'),
  },
]
