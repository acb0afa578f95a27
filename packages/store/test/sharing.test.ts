import { chmodSync, cpSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DATABASE_FILE, openStore } from '../src/index.js'
import { mayBeWritten } from '../src/lock.js'
import { fill, temporaryDirectory, windowCommit } from './helpers.js'
import { startChild } from './processes.js'

const code = (value: string, more: object = {}) => expect.objectContaining({ code: value, ...more })
const DATABASE_ONLY = [DATABASE_FILE, 'store.head', 'store.lock']

/** Names and modification times: any write of a reader would show. */
function fingerprint(dir: string): string[] {
  return readdirSync(dir)
    .sort()
    .map((name) => `${name} ${statSync(join(dir, name), { bigint: true }).mtimeNs}`)
}

function filled(windows: number): string {
  const dir = temporaryDirectory()
  const store = openStore({ dir, mode: 'write' })
  fill(store, windows)
  store.close()
  return dir
}

/** A directory as kill -9 leaves it, with windows that are only in the log. */
function killed(windows: number): string {
  const dir = temporaryDirectory()
  const copy = temporaryDirectory()
  const store = openStore({ dir, mode: 'write' })
  fill(store, windows)
  cpSync(dir, copy, { recursive: true })
  store.close()
  return copy
}

function readHead(dir: string): number | undefined {
  const store = openStore({ dir, mode: 'read' })
  const head = store.head()?.window
  store.close()
  return head
}

describe('one writer', () => {
  it('keeps another process out, and is freed by kill -9', async () => {
    const dir = temporaryDirectory()
    const first = startChild('hold.mjs', dir)
    expect(await first.line()).toBe('open')
    const locked = code('STORE_LOCKED', { exitCode: 78, field: 'data-dir', remedy: expect.any(String) })
    expect(() => openStore({ dir, mode: 'write' })).toThrow(locked)
    const second = startChild('hold.mjs', dir)
    expect(await second.line()).toBe('STORE_LOCKED 78')
    await first.kill()
    const third = startChild('hold.mjs', dir)
    expect(await third.line()).toBe('open')
  })

  it('keeps a second store of the same process out, until it is closed', () => {
    const dir = temporaryDirectory()
    const first = openStore({ dir, mode: 'write' })
    expect(() => openStore({ dir, mode: 'write' })).toThrow(code('STORE_LOCKED'))
    first.close()
    openStore({ dir, mode: 'write' }).close()
  })

  it('a refused open gives the lock back', () => {
    const dir = filled(1)
    expect(() => openStore({ dir, mode: 'write', genesisHash: new Uint8Array(32) })).toThrow(
      code('STORE_GENESIS_MISMATCH'),
    )
    openStore({ dir, mode: 'write' }).close()
  })
})

describe('readers', () => {
  it('see each window of a running writer and disturb nothing', () => {
    const dir = temporaryDirectory()
    const writer = openStore({ dir, mode: 'write' })
    fill(writer, 1)
    const reader = openStore({ dir, mode: 'read' })
    for (let window = 2; window < 30; window++) {
      writer.commit(windowCommit(window))
      expect(reader.head()?.window).toBe(window)
      expect(readHead(dir)).toBe(window)
    }
    reader.close()
    writer.close()
    expect(readdirSync(dir).sort()).toEqual(DATABASE_ONLY)
  })

  it('see the windows of a writer in another process', async () => {
    const dir = temporaryDirectory()
    const child = startChild('commit-loop.mjs', dir)
    const acknowledged = Number(await child.line())
    expect(readHead(dir)).toBeGreaterThanOrEqual(acknowledged)
  })

  it.each([
    ['stopped cleanly', filled, () => {}],
    ['killed', killed, () => {}],
    ['killed and copied without its index', killed, (dir: string) => rmSync(join(dir, `${DATABASE_FILE}-shm`))],
  ])('write nothing to a store that was %s, and miss no window', (_, make, prepare) => {
    const dir = make(9)
    prepare(dir)
    const before = fingerprint(dir)
    const store = openStore({ dir, mode: 'read' })
    expect(store.head()?.window).toBe(9)
    expect([...store.windows(1, 9, 1000)]).toHaveLength(9)
    expect(fingerprint(dir).map((line) => line.split(' ')[0])).toEqual(before.map((line) => line.split(' ')[0]))
    store.close()
    expect(fingerprint(dir)).toEqual(before)
  })

  it('cannot write', () => {
    const store = openStore({ dir: filled(1), mode: 'read' }) as ReturnType<typeof openStore> & {
      commit(commit: ReturnType<typeof windowCommit>): void
    }
    expect(() => store.commit(windowCommit(2))).toThrow(code('STORE_READ_ONLY'))
    store.close()
  })

  it('of a stopped store notice that a node changes it, instead of mixing two states', () => {
    const dir = filled(3)
    const reader = openStore({ dir, mode: 'read' })
    expect(reader.head()?.window).toBe(3)
    const writer = openStore({ dir, mode: 'write' })
    writer.commit(windowCommit(4))
    expect(reader.head()?.window).toBe(3)
    writer.close()
    expect(() => reader.head()).toThrow(code('STORE_BUSY', { remedy: expect.any(String) }))
    reader.close()
    expect(readHead(dir)).toBe(4)
  })

  it('outlive the writer they shared the store with', () => {
    const dir = temporaryDirectory()
    const writer = openStore({ dir, mode: 'write' })
    fill(writer, 3)
    const reader = openStore({ dir, mode: 'read' })
    expect(reader.head()?.window).toBe(3)
    writer.close()
    expect(reader.head()?.window).toBe(3)
    reader.close()
    expect(readHead(dir)).toBe(3)
    const next = openStore({ dir, mode: 'write' })
    next.commit(windowCommit(4))
    expect(readHead(dir)).toBe(4)
    next.close()
  })

  it('of a killed store follow the node that is started on it', async () => {
    const dir = temporaryDirectory()
    const first = startChild('commit-loop.mjs', dir)
    await first.line()
    await first.kill()
    const reader = openStore({ dir, mode: 'read' })
    const before = reader.head()?.window ?? 0
    const second = startChild('commit-loop.mjs', dir)
    // Enough windows for the log to be written back and begun anew under the reader.
    while (Number(await second.line()) < before + 300) reader.head()
    const acknowledged = Number(second.lines.at(-1))
    expect(reader.head()?.window).toBeGreaterThanOrEqual(acknowledged)
    expect([...reader.windows(1, acknowledged, Number.POSITIVE_INFINITY)]).toHaveLength(acknowledged)
    reader.close()
  })

  it('work on a store in a directory without write permission', () => {
    for (const dir of [filled(3), killed(3)]) {
      for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o444)
      chmodSync(dir, 0o555)
      expect(asNobody(() => readHead(dir))).toBe(3)
      chmodSync(dir, 0o755)
    }
  })

  it('an unwritable directory is refused to a writer by name', () => {
    const dir = temporaryDirectory()
    chmodSync(dir, 0o555)
    const refused = code('DATA_DIR_UNWRITABLE', { field: 'data-dir', exitCode: 78 })
    asNobody(() => expect(() => openStore({ dir, mode: 'write' })).toThrow(refused))
    expect(readdirSync(dir)).toEqual([])
    chmodSync(dir, 0o755)
  })
})

it.each([DATABASE_FILE, `${DATABASE_FILE}-wal`])('%s of another user is refused to a writer', async (file) => {
  const dir = killed(1)
  chmodSync(dir, 0o777)
  for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o666)
  chmodSync(join(dir, file), 0o444)
  expect(await startChild('hold.mjs', dir, ...(process.geteuid?.() === 0 ? ['65534'] : [])).line()).toBe(
    'DATA_DIR_UNWRITABLE 78',
  )
})

/** Root may write everywhere; permissions only show under another effective user. */
function asNobody<T>(work: () => T): T {
  const user = process.geteuid?.()
  if (user !== 0) return work()
  process.seteuid?.(65_534)
  try {
    return work()
  } finally {
    process.seteuid?.(user)
  }
}

it('a log that may not be read is an error of the store to a reader', () => {
  const dir = killed(1)
  chmodSync(dir, 0o777)
  chmodSync(join(dir, `${DATABASE_FILE}-wal`), 0)
  asNobody(() => expect(() => readHead(dir)).toThrow(code('STORE_IO', { remedy: expect.any(String) })))
})

describe('who looks at the lock of a store', () => {
  it('learns whether a process writes it, and writes nothing itself', async () => {
    const dir = filled(1)
    const before = fingerprint(dir)
    expect(mayBeWritten(dir)).toBe(false)
    expect(fingerprint(dir)).toEqual(before)
    const other = startChild('hold.mjs', dir)
    expect(await other.line()).toBe('open')
    expect(mayBeWritten(dir)).toBe(true)
    await other.kill()
    expect(mayBeWritten(dir)).toBe(false)
    const own = openStore({ dir, mode: 'write' })
    expect(mayBeWritten(dir)).toBe(true)
    own.close()
  })

  it('takes it for written where it cannot know', () => {
    const dir = filled(1)
    writeFileSync(join(dir, 'store.lock'), 'bytes of something else'.repeat(40))
    expect(mayBeWritten(dir)).toBe(true)
    expect(mayBeWritten(temporaryDirectory())).toBe(false)
  })
})
