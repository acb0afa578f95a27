import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heartbeat, type MirrorsState, writeState } from '../../src/index.js'
import { setMember } from '../../src/state/json-splice.js'
import { temporaryFile, temporaryFolder } from '../folders.js'
import { startChild } from '../processes.js'

const MIRRORS: MirrorsState = { schema: 2, self_role: 'MASTER', epoch: 7, slaves: [] }
const sync = { last_sync_iso: null, status: 'ok', last_attempt_iso: null, last_error: null } as const
const WITH_TIMES: MirrorsState = {
  ...MIRRORS,
  slaves: [
    {
      ...{ id: 'a', type: 'git', repo: null, role: 'SLAVE', last_health_check_iso: null, health: 'ok' },
      sync: { code: sync, secrets: sync, variables: sync, workflows: sync },
    },
  ],
}

/** Forms that a parser would not give back: 1.0, 1e3, escapes, a big number, odd blanks. */
const ODD = `{
    "z": 1.0, "a": [1e3,  "\\u00e9\\/ } \\" {"],
    "big": 12345678901234567890,
    "meta": {"updated_at_iso":"2026-01-01T00:00:00Z",   "n": 1.50},
    "deep": {"mirrors": {"not": "this"}}
}\r
`

describe('writing the state', () => {
  it('changes its own field and no other byte', async () => {
    const file = temporaryFile(ODD, 0o640)
    expect(await writeState(file, MIRRORS)).toEqual({ outcome: 'written' })
    const text = readFileSync(file, 'utf8')
    const added = `,\n    "mirrors": {\n        "schema": 2,\n        "self_role": "MASTER",\n        "epoch": 7,\n        "slaves": []\n    }`
    expect(text.replace(added, '')).toBe(ODD)
    expect(JSON.parse(text)).toMatchObject({ mirrors: MIRRORS })
    expect(statSync(file).mode & 0o777).toBe(0o640)
    await writeState(file, { ...MIRRORS, epoch: 8 })
    expect(readFileSync(file, 'utf8')).toBe(text.replace('"epoch": 7', '"epoch": 8'))
    expect(readdirSync(dirname(file))).toEqual(['file'])
  })

  it('does nothing when nothing changed but a time, unless it is told to', async () => {
    const file = temporaryFile('{"a":1}')
    await writeState(file, WITH_TIMES)
    const before = readFileSync(file, 'utf8')
    const [slave] = WITH_TIMES.slaves
    if (slave === undefined) throw new Error('no slave')
    const later = { ...WITH_TIMES, slaves: [{ ...slave, last_health_check_iso: '2026-02-07T05:00:00Z' }] }
    expect(await writeState(file, later)).toEqual({ outcome: 'unchanged' })
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(await writeState(file, later, { force: true })).toEqual({ outcome: 'written' })
    expect(await writeState(file, later, { force: true })).toEqual({ outcome: 'unchanged' })
    expect(await writeState(file, { ...later, epoch: 8 })).toEqual({ outcome: 'written' })
  })

  it.each(['{"a":', '[]', 'null', '', '\uFEFF{}', '{"a":1}garbage'])('leaves %j untouched', async (text) => {
    const file = temporaryFile(text)
    const result = await writeState(file, MIRRORS)
    expect(result).toMatchObject({
      outcome: 'unreadable',
      error: { code: 'STATE_UNREADABLE', remedy: expect.any(String) },
    })
    expect(readFileSync(file, 'utf8')).toBe(text)
    await expect(heartbeat(file, 0)).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(readdirSync(dirname(file))).toEqual(['file'])
  })

  it('makes no file', async () => {
    const file = join(temporaryFolder(), 'state', 'current.json')
    expect(await writeState(file, MIRRORS)).toEqual({ outcome: 'missing' })
    expect(existsSync(dirname(file))).toBe(false)
  })

  it('follows a link', async () => {
    const target = temporaryFile('{}')
    const link = join(temporaryFolder(), 'link')
    symlinkSync(target, link)
    await writeState(link, MIRRORS)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual({ mirrors: MIRRORS })
  })
})

describe('the heartbeat', () => {
  it('makes the file, and later changes one value of it', async () => {
    const file = join(temporaryFolder(), 'state', 'current.json')
    await heartbeat(file, Date.UTC(2026, 0, 2, 3, 4, 5, 678))
    expect(readFileSync(file, 'utf8')).toBe('{\n  "meta": {\n    "updated_at_iso": "2026-01-02T03:04:05Z"\n  }\n}\n')
    const odd = temporaryFile(ODD)
    await heartbeat(odd, Date.UTC(2026, 5, 1))
    expect(readFileSync(odd, 'utf8')).toBe(ODD.replace('2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z'))
  })

  it('adds what is missing, and refuses a meta that is something else', async () => {
    const file = temporaryFile('{"a":1}')
    await heartbeat(file, 0)
    expect(readFileSync(file, 'utf8')).toBe('{"a":1,"meta":{"updated_at_iso":"1970-01-01T00:00:00Z"}}')
    const other = temporaryFile('{"meta":5}')
    await expect(heartbeat(other, 0)).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    expect(readFileSync(other, 'utf8')).toBe('{"meta":5}')
  })
})

describe('splicing', () => {
  it('any object keeps everything else, in its order', () => {
    const indent = fc.constantFrom('', '  ', '\t')
    const path = fc.constantFrom<[string, ...string[]]>(['mirrors'], ['meta', 'updated_at_iso'])
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.json().map((text) => JSON.parse(text) as unknown),
        ),
        indent,
        path,
        fc.jsonValue(),
        (object, blanks, where, value) => {
          const { [where[0]]: _, ...rest } = { ...object }
          const text = JSON.stringify(rest, null, blanks)
          const once = setMember(text, where, 'first')
          const parsed = JSON.parse(setMember(once, where, value)) as Record<string, unknown>
          const inner = where[1] === undefined ? value : { [where[1]]: value }
          expect(Object.entries(parsed)).toEqual(
            Object.entries(JSON.parse(JSON.stringify({ ...rest, [where[0]]: inner })) as object),
          )
        },
      ),
    )
  })

  it('of two equal keys changes the one that counts', () => {
    expect(setMember('{"a":1,"a":2}', ['a'], 3)).toBe('{"a":1,"a":3}')
  })
})

describe('the lock', () => {
  it('two processes that write at once lose nothing, and nobody ever reads half a file', async () => {
    const file = temporaryFile(ODD, 0o600, 'current.json')
    const children = [
      startChild('write-state.mjs', file, 'mirrors', '40'),
      startChild('write-state.mjs', file, 'heartbeat', '40'),
    ]
    const state = { isOver: false }
    const ended = Promise.all(children.map((child) => child.ended())).then((codes) => {
      state.isOver = true
      return codes
    })
    while (!state.isOver) {
      JSON.parse(readFileSync(file, 'utf8'))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(await ended).toEqual([0, 0])
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    expect(parsed).toMatchObject({ mirrors: { epoch: 40 }, meta: { updated_at_iso: '1970-01-01T00:00:40Z', n: 1.5 } })
    expect(readFileSync(file, 'utf8')).toContain('"z": 1.0')
    expect(readdirSync(dirname(file))).toEqual(['current.json'])
  })

  it('of a process that was killed is taken, one of a process that lives is not', async () => {
    const file = temporaryFile('{}', 0o600, 'current.json')
    const child = startChild('write-state.mjs', file, 'hold')
    await child.line()
    const lock = JSON.parse(readFileSync(`${file}.lock`, 'utf8')) as Record<string, unknown>
    expect(lock).toMatchObject({ pid: child.pid, since: expect.stringMatching(/^\d{4}-.*Z$/) })
    await expect(writeState(file, MIRRORS)).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining(String(child.pid)),
    })
    child.signal('SIGKILL')
    await child.ended()
    expect(await writeState(file, MIRRORS)).toEqual({ outcome: 'written' })
    expect(existsSync(`${file}.lock`)).toBe(false)
  })

  it('of somebody unknown is respected until it is old', async () => {
    const file = temporaryFile('{}', 0o600, 'current.json')
    writeFileSync(`${file}.lock`, 'of another program')
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    await expect(writeState(file, MIRRORS, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
    const old = Date.now() / 1000 - 120
    utimesSync(`${file}.lock`, old, old)
    chmodSync(file, 0o644)
    expect(await writeState(file, MIRRORS)).toEqual({ outcome: 'written' })
    expect(statSync(file).mode & 0o777).toBe(0o644)
  })
})
