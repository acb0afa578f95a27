import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, systemTime } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LogFile } from '../../src/log/log-file.js'
import { openLog } from '../../src/log/node-log.js'

function logPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'montana-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'node.log')
}

function openFile(path: string, append?: ConstructorParameters<typeof LogFile>[2]) {
  const recovered: number[] = []
  const file = new LogFile(path, { onRecovered: (lines) => recovered.push(lines) }, append)
  onTestFinished(() => file.close())
  return { file, recovered }
}

const noSpace = () => Object.assign(new Error('no space'), { code: 'ENOSPC' })

describe('a log file', () => {
  it('keeps the order of lines and writes all of them before it is closed', async () => {
    const path = logPath()
    const log = openLog({ logFile: path, logLevel: 'info' }, systemTime)
    for (let n = 0; n < 500; n++) log.logger.info({ n }, 'line')
    await log.close()
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).n)).toEqual(Array.from({ length: 500 }, (_, n) => n))
  })

  it('is opened anew on request, so that it can be rotated', async () => {
    const path = logPath()
    const { file } = openFile(path)
    file.write('before\n')
    await expect.poll(() => readFileSync(path, 'utf8')).toBe('before\n')
    renameSync(path, `${path}.1`)
    file.reopen()
    file.write('the new one\n')
    await expect.poll(() => readFileSync(path, 'utf8')).toBe('the new one\n')
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('before\n')
  })

  it('on a full disk loses lines, says so until one could be written, and tells how many', async () => {
    const path = logPath()
    const log = openLog({ logFile: path, logLevel: 'info' }, systemTime)
    onTestFinished(() => log.close())
    renameSync(path, `${path}.aside`)
    symlinkSync('/dev/full', path)
    log.reopen()
    for (let n = 0; n < 3; n++) log.logger.info({ n }, 'lost')
    await expect.poll(() => log.health.degraded()).toEqual(['LOG_ENOSPC'])
    await expect.poll(() => log.health.lostLines()).toBe(4)
    rmSync(path)
    renameSync(`${path}.aside`, path)
    log.reopen()
    await expect.poll(() => log.health.degraded()).toEqual([])
    await expect.poll(() => readFileSync(path, 'utf8').split('\n').length).toBe(3)
    const [first, second] = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(first.msg).toBe('log file opened anew')
    expect(second).toMatchObject({ code: 'LOG_LINES_LOST', lines: 4 })
  })

  it('ends a line that was cut short before it writes the next', async () => {
    const path = logPath()
    const written: string[] = []
    let space = 6
    const { file, recovered } = openFile(path, async (_, bytes) => {
      if (space === 0) throw noSpace()
      const taken = bytes.subarray(0, space)
      space -= taken.length
      written.push(Buffer.from(taken).toString())
      return taken.length
    })
    file.write('four\nfive\n')
    await expect.poll(() => file.fault).toBe('LOG_ENOSPC')
    expect(file.lostLines).toBe(1)
    space = 100
    file.write('six\n')
    await expect.poll(() => recovered).toEqual([1])
    expect(written.join('')).toBe('four\nf\nsix\n')
    expect(file.fault).toBeUndefined()
  })

  it('holds a bounded number of bytes while the disk hangs', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { file, recovered } = openFile(logPath(), async (_, bytes) => {
      await promise
      return bytes.length
    })
    const line = `${'x'.repeat(1023)}\n`
    for (let n = 0; n < 3_000; n++) file.write(line)
    const lost = 3_000 - 1_024 - 1
    expect(file.lostLines).toBe(lost)
    resolve()
    await expect.poll(() => recovered).toEqual([lost])
    expect(file.fault).toBeUndefined()
  })

  it('that cannot be opened is a wrong setting', () => {
    expect(() => openLog({ logFile: join(logPath(), 'x'), logLevel: 'info' }, systemTime)).toThrow(ConfigError)
  })
})
