import { describe, expect, it } from 'vitest'
import { readRequest } from '../src/commands/soak/probe-request.js'

const NOW = Date.parse('2026-11-25T12:00:00.000Z')
const over = (SSH_ORIGINAL_COMMAND?: string) => readRequest({ SSH_CONNECTION: 'x', SSH_ORIGINAL_COMMAND }, NOW)

describe('words over ssh', () => {
  it.each([
    ['probe', { verb: 'probe' }],
    ['probe --window 0', { verb: 'probe', window: 0 }],
    ['probe --window 82123', { verb: 'probe', window: 82_123 }],
    ['digest --since 1h', { verb: 'digest', sinceMs: NOW - 3_600_000 }],
    ['digest --since 2026-11-25T10:00:00Z', { verb: 'digest', sinceMs: NOW - 7_200_000 }],
  ])('%j', (words, expected) => expect(over(words)).toEqual(expected))

  it.each([
    ...[
      '',
      ' ',
      'probe ',
      ' probe',
      'PROBE',
      'probe\n',
      'probe\nid',
      'probe;id',
      'probe --window',
      'probe --window -1',
    ],
    ...[
      'probe --window 1 2',
      'probe --window 1\n',
      'probe --window ٣',
      'probe --window 1e9',
      'probe --window 9999999999999999',
    ],
    ...[
      'probe --status-url http://192.0.2.1',
      'digest',
      'digest --since',
      'digest --since yesterday',
      'digest --since 1h x',
    ],
    ...[
      'digest --since 1h\n',
      'digest --since $(id)',
      'digest --since 2026-13-01T00:00:00Z',
      'soak probe',
      'montana soak probe',
    ],
    ...['sh', 'internal-sftp', '\u0000', 'probe\u0000'],
  ])('not %j', (words) => {
    expect(() => over(words)).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 2 }))
  })

  it('an interactive session is refused, a command by hand is a probe', () => {
    expect(() => over()).toThrow(expect.objectContaining({ exitCode: 2 }))
    expect(readRequest({}, NOW)).toEqual({ verb: 'probe' })
  })
})
