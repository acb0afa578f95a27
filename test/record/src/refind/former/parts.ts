import type { SourcePatch } from '@montana/simulation'
import type { FormerBug } from '../former-bug.js'

/** Sources, as the tests of their packages load them. */
const source = (path: string, find: string, replace: string): SourcePatch => {
  const [name = '', ...file] = path.split('/')
  return { file: `packages/${name}/src/${file.join('/')}`, find, replace }
}

export const PART_BUGS: readonly FormerBug[] = [
  {
    id: 'NET-1',
    expects: 'Cannot write to a stream that is closed',
    patches: [
      source('transport/frames/stream.ts', "this.status === 'aborted' ? false : super.send(data)", 'super.send(data)'),
    ],
  },
  {
    id: 'NET-6',
    expects: "code: 'FRAME_SIZE'",
    patches: [source('transport/frames/decoder.ts', 'length <= this.#maxBodyBytes', 'length <= MAX_FRAME_BODY_BYTES')],
  },
  {
    id: 'NODE-6',
    expects: 'head: +0, target: 24',
    patches: [source('node/runtime/catch-up/catch-up.ts', 'this.#session.widen(this.#claimedGap)', '')],
  },
  {
    id: 'NODE-7',
    expects: 'expected true to be false',
    patches: [source('node/runtime/catch-up/choose-sync.ts', 'if (head > 0 && gapWindows <= 0)', 'if (head < 0)')],
  },
  {
    id: 'NODE-11',
    expects: 'instead of rejecting',
    patches: [source('sync/client/anchors.ts', ' && !passesOver(window, modules)', '')],
  },
  {
    id: 'NODE-14',
    expects: "[ 'far' ]",
    patches: [
      source('node/ledger-service.ts', 'if (window - 1 - this.loop.head > FOLLOWS_WITHIN) say.status(peerId)', ''),
    ],
  },
  {
    id: 'NODE-17',
    expects: 'to be less than',
    patches: [source('node/ledger-service.ts', 'time.monotonicMs(), sinceMs)', 'time.monotonicMs())')],
  },
  {
    id: 'NET-13',
    expects: 'expected [] to deeply equal [ 4000',
    patches: [source('network/mesh/heartbeats.ts', 'this.#renewal.onMiss(peer, session)', '')],
  },
  {
    id: 'NET-14',
    expects: 'to be 1',
    patches: [source('network/peer/heard.ts', 'heard.bytes += data.byteLength', '')],
  },
  {
    id: 'MIR-9',
    expects: '"\\"',
    patches: [
      source(
        'mirror/decide/ledgers.ts',
        'const value = parseExactJson(text)',
        'const value: unknown = JSON.parse(text)',
      ),
    ],
  },
  {
    id: 'MIR-8',
    expects: 'instead of rejecting',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a module, not a template here
    patches: [source('mirror/service/exposed-history.ts', '`:(literal)${path}`', 'path')],
  },
]
