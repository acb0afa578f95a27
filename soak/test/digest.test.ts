import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { DigestBuilder } from '../src/digest/builder.js'
import { parseJournalLine } from '../src/digest/journal-entry.js'
import { LINE_MAX_BYTES, readLines } from '../src/digest/lines.js'
import type { LogLine } from '../src/digest/log-line.js'
import type { Redact } from '../src/digest/redact.js'
import { loadRedact } from '../src/digest/redact-words.js'
import { parseTextLine } from '../src/digest/text-line.js'
import { type Digest, digestFiles, digestSchema, topEntries } from '../src/index.js'
import { tempFolder } from './support/fixture.js'

let redact: Redact
beforeAll(async () => {
  redact = await loadRedact()
})

function digestOf(lines: readonly (LogLine | undefined)[], source: Digest['source'] = 'journald'): Digest {
  const builder = new DigestBuilder({ label: 'moscow', source, redact })
  for (const line of lines) {
    if (line) builder.add(line)
    else builder.drop()
  }
  return digestSchema.parse(builder.build())
}

const NODE = 'montana-node.service'
const BASE_US = 1_790_000_000_000_000

function journal(fields: Record<string, unknown>, seconds = 0): LogLine | undefined {
  const time = String(BASE_US + seconds * 1e6)
  return parseJournalLine(JSON.stringify({ __REALTIME_TIMESTAMP: time, _PID: '4711', _SYSTEMD_UNIT: NODE, ...fields }))
}

/** What pid 1 says about a unit. */
function manager(MESSAGE_ID: string, fields: Record<string, unknown> = {}, seconds = 0): LogLine | undefined {
  return journal({ _PID: '1', _SYSTEMD_UNIT: 'init.scope', UNIT: NODE, MESSAGE_ID, MESSAGE: 'x', ...fields }, seconds)
}

const EXITED = '98e322203f7a4ed290d09fe03c09fe15'
const FAILED = 'd9b373ed55a64feb8242e02dbe79a49c'
const JOB_FAILED = 'be02cf6855d2428ba40df7e9d022f03d'
const RESTART = '5eb03494b6584870a536b337290809b3'

const own = (fields: Record<string, unknown>) =>
  JSON.stringify({ level: 40, time: '2026-11-25T10:00:00.000Z', ...fields })

describe('lines of the journal', () => {
  it('ours: code, priority of the level, the sentence as template, the whole line as sample', () => {
    const line = journal({ PRIORITY: '6', MESSAGE: own({ code: 'PEER_REFUSED', window: 17, msg: 'peer refused' }) })
    expect(digestOf([line]).entries).toEqual([
      {
        ...{ unit: NODE, code: 'PEER_REFUSED', priority: 4, template: 'peer refused', count: 1 },
        first: '2026-09-21T14:13:20.000Z',
        last: '2026-09-21T14:13:20.000Z',
        sample: '{"level":40,"time":"2026-11-25T10:00:00.000Z","code":"PEER_REFUSED","window":17,"msg":"peer refused"}',
        ...{ window_min: 17, window_max: 17 },
      },
    ])
  })

  it('ours without a code are not searched for one', () => {
    const lines = [own({ msg: 'TLS is gone, permission denied' }), own({ code: 'not a code', msg: 'ENOSPC' })]
    expect(digestOf(lines.map((MESSAGE) => journal({ MESSAGE }))).entries.map(({ code }) => code)).toEqual([
      'UNCODED',
      'UNCODED',
    ])
  })

  it.each([
    ['a text', 'Permission denied (os error 13)', 'Permission denied (os error <n>)'],
    ['bytes of UTF-8', [...Buffer.from('Ереван ✓')], 'Ереван ✓'],
    ['bytes that are not UTF-8', [0x41, 0xff, 0x42], 'A\ufffdB'],
    ['a repeated field', ['one', 'two'], 'one two'],
    ['a repeated field with bytes', ['one', [0x42, 0xfe]], 'one B\ufffd'],
    ['one that was left out', null, '(a message of more than <n> bytes)'],
    ['none', undefined, ''],
    ['something else', { a: 1 }, ''],
    ['bytes that are none', [-1, 1e9, 0.5], '\ufffd'],
  ])('with a message as %s', (_, MESSAGE, template) => {
    const [entry] = digestOf([journal({ MESSAGE, PRIORITY: '3' })]).entries
    expect(entry).toMatchObject({ count: 1, unit: NODE, priority: 3 })
    if (template !== '\ufffd') expect(entry?.template).toBe(template)
  })

  it.each([['[]'], ['null'], ['17'], ['"x"'], ['{"MESSAGE":"no time"}'], ['{"__REALTIME'], ['']])(
    'that are none: %s',
    (text) => {
      expect(parseJournalLine(text)).toBeUndefined()
    },
  )

  it('any JSON object with a time is a line', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('MESSAGE', 'PRIORITY', 'UNIT', '_PID', 'MESSAGE_ID'), fc.jsonValue()),
        (fields) => {
          expect(digestOf([journal(fields)]).entries).toHaveLength(1)
        },
      ),
    )
  })

  it('a field that is repeated or a list of bytes counts in its first value', () => {
    const line = journal({
      _SYSTEMD_UNIT: ['a.service', 'b.service'],
      PRIORITY: [[...Buffer.from('4')], '7'],
      MESSAGE: 'x',
    })
    expect(line).toMatchObject({ unit: 'a.service', priority: 4 })
  })
})

describe('what became of a unit', () => {
  it('is told by the ids of messages, not by their text', () => {
    const lines = [
      manager(EXITED, { MESSAGE: 'Главный процесс завершён' }),
      manager(EXITED),
      manager(RESTART),
      manager(FAILED, { UNIT_RESULT: 'exit-code' }),
      manager(FAILED, { UNIT_RESULT: 'timeout' }),
      manager(FAILED, { UNIT_RESULT: 'start-limit-hit' }),
      manager(JOB_FAILED, { JOB_RESULT: 'timeout' }),
      manager('f'.repeat(32), { MESSAGE: 'Main process exited, code=exited, status=1/FAILURE' }),
    ]
    const { units, entries } = digestOf(lines)
    expect(units).toEqual([{ unit: NODE, exits: 2, restarts: 1, timeouts: 1, start_limit_hits: 1 }])
    expect(new Set(entries.map(({ code }) => code))).toEqual(
      new Set(['UNIT_EXIT', 'UNIT_RESTART', 'UNIT_FAILED', 'UNIT_JOB_FAILED', 'UNCODED']),
    )
  })

  it('is not told by other processes', () => {
    const forged = journal({ UNIT: NODE, MESSAGE_ID: EXITED, MESSAGE: 'x', _SYSTEMD_UNIT: 'evil.service' })
    expect(digestOf([forged]).units).toEqual([
      { unit: 'evil.service', exits: 0, restarts: 0, timeouts: 0, start_limit_hits: 0 },
    ])
  })

  it('lines without a unit are counted apart', () => {
    const line = journal({ _SYSTEMD_UNIT: undefined, MESSAGE: 'kernel says' })
    expect(digestOf([line, journal({ MESSAGE: 'x' })])).toMatchObject({ unattributed: 1, dropped: 0 })
  })
})

describe('entries', () => {
  it('group by unit, code and template, with first, last, the worst priority and the range of windows', () => {
    const lines = [5, 1, 9].map((n) => journal({ MESSAGE: `window ${n + 82_000} late`, PRIORITY: String(n % 6) }, n))
    const { entries, from, to } = digestOf([...lines, journal({ MESSAGE: 'window 3 late', _SYSTEMD_UNIT: 'b' }, 3)])
    expect([from, to]).toEqual(['2026-09-21T14:13:21.000Z', '2026-09-21T14:13:29.000Z'])
    expect(entries.find(({ unit }) => unit === NODE)).toMatchObject({
      ...{ template: 'window <n> late', count: 3, priority: 1, sample: 'window 82005 late' },
      ...{ first: '2026-09-21T14:13:21.000Z', last: '2026-09-21T14:13:29.000Z' },
      ...{ window_min: 82_001, window_max: 82_009 },
    })
    expect(entries).toHaveLength(2)
  })

  it('do not depend on the order in which lines of different kinds come', () => {
    const kinds = ['a', 'b', 'c', 'd'].map((name) => journal({ MESSAGE: name, PRIORITY: '4' }))
    expect(digestOf([...kinds].reverse())).toEqual(digestOf(kinds))
  })

  it('publish neither addresses nor secrets', () => {
    const text = 'dial 192.0.2.7 from [2001:db8::9] for bob@host.example with password=hunter2'
    const printed = JSON.stringify(
      digestOf([journal({ MESSAGE: text }), parseTextLine(`Nov 25 10:00:00 hostname7 sshd[7]: ${text}`)]),
    )
    for (const secret of ['192.0', '2001:', 'bob', 'host.example', 'hunter2', 'hostname7'])
      expect(printed).not.toContain(secret)
  })
})

describe('bounds', () => {
  const letters = (n: number) =>
    [...n.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')

  it('of kinds: what is beyond is counted, troubles and frequent lines stay', () => {
    const builder = new DigestBuilder({ label: 'a', source: 'file', redact })
    const line = (message: string, more: Partial<LogLine> = {}): LogLine => ({
      ...{ unit: null, timeMs: null, priority: 6, code: 'UNCODED', message, text: message, windows: [] },
      ...{ event: undefined, unitResult: undefined, ...more },
    })
    const total = 30_000
    builder.add(line('rare', { code: 'EACCES' }))
    for (let n = 1; n < total; n++) builder.add(line(n % 10 === 0 ? 'often' : `noise ${letters(n)}`))
    const digest = digestSchema.parse(builder.build())
    expect(digest.entries.length).toBe(1024)
    expect(digest.entries.find(({ code }) => code === 'EACCES')?.count).toBe(1)
    expect(digest.entries.find(({ template }) => template === 'often')?.count).toBe(2999)
    expect(digest.entries.reduce((sum, { count }) => sum + count, 0) + digest.dropped).toBe(total)
  })

  it('of units', () => {
    const lines = Array.from({ length: 1500 }, (_, n) => journal({ _SYSTEMD_UNIT: `u${n}.service`, MESSAGE: 'same' }))
    const digest = digestOf(lines)
    expect(digest.units.length).toBe(1024)
    expect(topEntries(digest).total).toBe(1500)
  })

  it('of a line: what is longer is left out, and the next line is read', async () => {
    const chunks = [
      Buffer.from('one\ntw'),
      Buffer.from('o\n'),
      Buffer.alloc(LINE_MAX_BYTES, 'x'),
      Buffer.from('y\nlast'),
    ]
    const read: (string | undefined)[] = []
    for await (const batch of readLines(
      (async function* () {
        yield* chunks
      })(),
    ))
      read.push(...batch)
    expect(read).toEqual(['one', 'two', undefined, 'last'])
  })
})

describe('the rows of a table', () => {
  const entry = (count: number, priority: number | null, code: string, template: string) => ({
    ...{ unit: null, code, priority, template, count, first: null, last: null, sample: '' },
    ...{ window_min: null, window_max: null },
  })

  it('are the eight most frequent troubles, and the sums reconcile', () => {
    const entries = [
      entry(1000, 6, 'UNCODED', 'all is well'),
      ...Array.from({ length: 10 }, (_, n) => entry(n + 1, 4, 'UNCODED', `warning ${n}`)),
      entry(500, 6, 'TLS', 'coded'),
      entry(7, null, 'UNCODED', 'unknown weight'),
    ]
    const top = topEntries({ entries, dropped: 3 })
    expect(top.entries.map(({ count }) => count)).toEqual([500, 10, 9, 8, 7, 7, 6, 5])
    expect(top.total).toBe(1000 + 55 + 500 + 7 + 3)
    expect(top.other + top.entries.reduce((sum, { count }) => sum + count, 0)).toBe(top.total)
  })

  it('of nothing are nothing', () =>
    expect(topEntries({ entries: [], dropped: 0 })).toEqual({ entries: [], other: 0, total: 0 }))
})

describe('log files', () => {
  function file(text: string | Buffer): string {
    const path = join(tempFolder(), 'node.log')
    writeFileSync(path, text)
    return path
  }

  it('of ours, with and without a priority in front, and foreign lines between them', async () => {
    const path = file(
      [
        own({ code: 'A_CODE', msg: 'first' }),
        `<3>${own({ level: undefined, code: 'A_CODE', msg: 'first' })}`,
        '<2>plain trouble',
        '2026-11-25T11:00:00.5+01:00 error: ENOSPC at last',
        '',
        'no time at all',
      ].join('\n'),
    )
    const digest = digestSchema.parse(await digestFiles({ label: 'moscow', files: [path] }))
    expect(digest).toMatchObject({ source: 'file', unattributed: 5, dropped: 0, units: [] })
    expect([digest.from, digest.to]).toEqual(['2026-11-25T10:00:00.000Z', '2026-11-25T10:00:00.500Z'])
    const rows = digest.entries.map(({ code, priority, template, count }) => [code, priority, template, count])
    expect(rows.sort()).toEqual([
      ['A_CODE', 3, 'first', 2],
      ['ENOSPC', null, 'error: ENOSPC at last', 1],
      ['UNCODED', null, 'no time at all', 1],
      ['UNCODED', 2, 'plain trouble', 1],
    ])
  })

  it('--since leaves out what is older, and what follows it without a time', async () => {
    const path = file(
      [own({ msg: 'old' }), 'trace of old', own({ msg: 'new', time: '2026-11-25T12:00:00Z' }), 'trace of new'].join(
        '\n',
      ),
    )
    const sinceMs = Date.parse('2026-11-25T11:00:00Z')
    const digest = await digestFiles({ label: 'moscow', files: [path], sinceMs, unit: NODE })
    expect(digest.entries.map(({ template, unit }) => [template, unit]).sort()).toEqual([
      ['new', NODE],
      ['trace of new', NODE],
    ])
  })

  it('that are missing, or folders, are a wrong setting', async () => {
    const folder = tempFolder()
    for (const path of [join(folder, 'none.log'), folder]) {
      await expect(digestFiles({ label: 'a', files: [path] })).rejects.toMatchObject({ exitCode: 78, field: 'file' })
    }
  })

  it('under an address as label are refused', async () => {
    await expect(digestFiles({ label: '192.0.2.1', files: [] })).rejects.toMatchObject({ exitCode: 78, field: 'label' })
  })

  it('reading ends with the signal', async () => {
    const path = file(`${'x y z\n'.repeat(200_000)}`)
    const controller = new AbortController()
    const digest = digestFiles({ label: 'a', files: [path], signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    await expect(digest).rejects.toMatchObject({ name: 'AbortError' })
  })
})
